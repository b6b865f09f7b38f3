// SPDX-License-Identifier: MIT
#pragma once

#include "core/track.h"
#include "run/find_shots.h"
#include "store/segment_record.h"
#include "track/byte_tracker.h"

#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <vector>

namespace screenalytics {

/// Where the pixels of a sighting lie.
struct SightingPixels {
  std::shared_ptr<const SegmentFile> file;
  std::optional<BlobRef> crop;
  std::optional<BlobRef> thumbnail;
};

/// A face as the tracker followed it; it may still hold two people.
struct FollowedTrack {
  std::vector<Sighting> sightings;
  std::vector<SightingPixels> pixels;  ///< of each sighting
};

struct SightingRef {
  std::size_t track = 0;
  std::size_t sighting = 0;
};

/// One detection and the track that took it, if any.
struct FollowedDetection {
  FrameIndex frame;
  MediaTime time;
  Detection detection;
  std::optional<SightingRef> taken;
};

/// Everything that was seen in one shot.
struct FollowedShot {
  Shot shot;
  std::vector<FollowedTrack> tracks;          ///< in order of first appearance
  std::vector<FollowedDetection> detections;  ///< in time order
  std::vector<FrameIndex> missing;            ///< sampled frames that could not be decoded
};

/// ByteTrack over the sampled frames of all segments in time order, one tracker a shot.
class TrackFollower {
 public:
  TrackFollower(std::vector<Shot> shots, const ByteTrackOptions& options);
  /// Shots that ended before this frame, in order (also those without any sampled frame).
  std::vector<FollowedShot> step(const FrameRecord& frame,
                                 const std::shared_ptr<const SegmentFile>& file);
  void add_missing(FrameIndex frame) { missing_.push_back(frame); }
  std::vector<FollowedShot> finish();

 private:
  FollowedShot end_shot();

  std::vector<Shot> shots_;
  ByteTrackOptions options_;
  std::optional<ByteTracker> tracker_;
  std::size_t current_ = 0;  // position in shots_
  FollowedShot open_;
  std::map<std::int64_t, std::size_t> numbers_;  // the tracker's id -> position in open_.tracks
  std::vector<FrameIndex> missing_;
};

}  // namespace screenalytics
