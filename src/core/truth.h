// SPDX-License-Identifier: MIT
#pragma once

#include "core/geometry.h"
#include "core/ids.h"
#include "core/time.h"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace screenalytics {

/// Where a person's face is in a run of frames [first, last], both included.
struct TruthRegion {
  FrameIndex first;
  FrameIndex last;
  std::string person;
  Box box;
  double visible = 1;  ///< share of the region that shows, 0..1
  int order = 0;       ///< later ones stand in front
};

/// Who really is on screen in a video, by frame numbers.
struct Truth {
  std::vector<std::string> people;   ///< sorted
  std::vector<TruthRegion> regions;  ///< by first frame
  bool tight = true;                 ///< boxes fit faces (IoU has a meaning); false: they hold them
  std::int64_t frames = 0;           ///< of the video
  double fps = 0;                    ///< 0: the run's own
  std::vector<std::int64_t> shown_at;  ///< frame -> its number on the fps grid; empty: the same
  /// Stretches of frames [first, last] where a person is on screen for sure; empty: from `regions`.
  std::map<std::string, std::vector<std::pair<std::int64_t, std::int64_t>>> presence;
};

/// Regions that show less are neither demanded nor held against a run.
inline constexpr double kCountedVisibility = 0.5;

}  // namespace screenalytics
