// SPDX-License-Identifier: MIT
#pragma once

#include "core/detection.h"
#include "core/face.h"
#include "core/ids.h"
#include "core/time.h"

#include <vector>

namespace screenalytics {

/// One look at a face: where and when, and what was measured on it.
struct Sighting {
  FrameIndex frame;
  MediaTime time;
  Detection detection;
  FaceQuality quality;   ///< zero unless measured
  bool measured = true;  ///< its pixels were looked at; false: only detected, to follow the track
};

/// One face followed through one shot. In time order, never empty, at most one sighting a frame.
struct Track {
  TrackId id;
  ShotId shot;
  std::vector<Sighting> sightings;
};

}  // namespace screenalytics
