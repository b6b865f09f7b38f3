// SPDX-License-Identifier: MIT
#pragma once

#include "core/ids.h"
#include "overlay/plan.h"

#include <cstddef>
#include <map>
#include <string>
#include <vector>

namespace screenalytics {

/// Everybody of an episode, and who each track belongs to. Faces without a track belong to the last
/// one.
struct Everybody {
  std::vector<OverlayPerson> people;
  std::vector<std::vector<std::string>>
      called;  ///< what each can be called by; empty: nobody's name
  std::map<TrackId, std::size_t> who;
};

Everybody everybody_in(const FoundFaces& found);

/// Sets `hidden`. Throws as plan_overlay does.
void hide_chosen(Everybody& everybody, const BlurChoice& choice);

}  // namespace screenalytics
