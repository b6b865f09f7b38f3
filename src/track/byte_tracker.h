// SPDX-License-Identifier: MIT
#pragma once

#include "core/detection.h"
#include "core/time.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

namespace screenalytics {

struct ByteTrackOptions {
  double track_threshold = 0.5;  ///< detections at or above go into the first association
  double high_threshold = 0.6;   ///< a new track needs this score
  double match_threshold = 0.8;  ///< largest cost (1 - IoU) of the first association
  Duration buffer = std::chrono::seconds(1);  ///< a lost track is kept this long
};

/// How time passes in the tracker.
enum class TrackClock {
  real,  ///< the product's mode: motion is predicted over the time between frames, the buffer is a
         ///< time, a track exists from its first sighting
  frames,  ///< the reference's plain mode: one step a frame, buffer_frames, tracks confirmed by a
           ///< second match
};

/// One track in one frame.
struct TrackedBox {
  std::int64_t id = 0;  ///< the tracker's own number, from 1, never reused
  Box box;              ///< Kalman estimate
  float score = 0;
  std::optional<std::size_t> detection;  ///< which of the frame's detections it took
};

/// ByteTrack (Zhang et al., "ByteTrack: Multi-Object Tracking by Associating Every Detection Box",
/// ECCV 2022), after the reference implementation in C++ (Vertical-Beach/ByteTrack-cpp). Stateful,
/// time order, one thread at a time.
class ByteTracker {
 public:
  /// `buffer_frames`: for TrackClock::frames only.
  ByteTracker(const ByteTrackOptions& options, TrackClock clock, int buffer_frames = 30);
  ~ByteTracker();
  ByteTracker(ByteTracker&&) noexcept;

  /// Associates one frame's detections. Tracks seen in this frame, in the reference's order. Call
  /// for frames without detections as well.
  std::vector<TrackedBox> step(MediaTime time, const Detections& seen);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace screenalytics
