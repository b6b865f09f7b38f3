// SPDX-License-Identifier: MIT
#pragma once

#include "core/identity.h"
#include "core/shot.h"
#include "core/track.h"
#include "overlay/face_path.h"
#include "overlay/paint.h"

#include <optional>
#include <string>
#include <vector>

namespace screenalytics {

/// Who is made unrecognisable.
enum class BlurMode {
  nobody,     ///< boxes and names are drawn instead
  everybody,  ///< every face that was detected
  all_but,    ///< every face but those of the named people
  only,       ///< the named people
};

struct BlurChoice {
  BlurMode mode = BlurMode::nobody;
  std::vector<std::string> people;  ///< name, label, cast_id or identity_id of each
};

/// A face that no track took.
struct LooseFace {
  MediaTime time;
  Box box;
};

/// What a run found; all in time order, tracks by id.
struct FoundFaces {
  std::vector<Track> tracks;
  std::vector<LooseFace> loose;
  std::vector<SampledFrame> samples;
  std::vector<Shot> shots;
  std::optional<Identities> identities;  ///< empty: every track is its own person, "Track 12"
};

/// Somebody whose faces are drawn or hidden in the same way.
struct OverlayPerson {
  std::string name;  ///< empty: no label
  Rgb colour;
  bool hidden = false;
};

struct OverlayPlan {
  std::vector<OverlayPerson> people;
  std::vector<FacePath> paths;  ///< `who` counts `people`; with a blur: hidden people only
  Duration step{};              ///< median distance of two looks
};

/// Pure; throws Error{not_found or bad_usage} when a named person is not there or not the only one
/// of that name.
OverlayPlan plan_overlay(const FoundFaces& found, const BlurChoice& choice);

}  // namespace screenalytics
