// SPDX-License-Identifier: MIT
#pragma once

#include "core/ids.h"
#include "core/time.h"

namespace screenalytics {

/// A stretch of frames without a cut; the next shot's `first` (or the end of the video) ends it.
struct Shot {
  ShotId id;
  FrameIndex first;
  TimeSpan span;
};

/// A frame that was looked at, and how long it is shown: until the next frame of the video.
struct SampledFrame {
  FrameIndex frame;
  TimeSpan shown;
  ShotId shot;
};

}  // namespace screenalytics
