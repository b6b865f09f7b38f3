// SPDX-License-Identifier: MIT
#include "run/follow_tracks.h"

#include <algorithm>
#include <utility>

namespace screenalytics {

TrackFollower::TrackFollower(std::vector<Shot> shots, const ByteTrackOptions& options)
    : shots_(std::move(shots)),
      options_(options),
      tracker_(std::in_place, options, TrackClock::real) {
  open_.shot = shots_.front();
}

FollowedShot TrackFollower::end_shot() {
  FollowedShot ended = std::exchange(open_, {});
  const auto inside = [&](FrameIndex frame) {
    return frame >= ended.shot.first &&
           (current_ + 1 >= shots_.size() || frame < shots_[current_ + 1].first);
  };
  std::ranges::copy_if(missing_, std::back_inserter(ended.missing), inside);
  std::erase_if(missing_, inside);
  std::ranges::sort(ended.missing);
  ++current_;
  if (current_ < shots_.size()) open_.shot = shots_[current_];
  tracker_.emplace(options_, TrackClock::real);
  numbers_.clear();
  return ended;
}

std::vector<FollowedShot> TrackFollower::step(const FrameRecord& frame,
                                              const std::shared_ptr<const SegmentFile>& file) {
  std::vector<FollowedShot> ended;
  while (current_ + 1 < shots_.size() && frame.index >= shots_[current_ + 1].first)
    ended.push_back(end_shot());
  Detections seen;
  seen.reserve(frame.faces.size());
  for (const FaceRecord& face : frame.faces) {
    seen.push_back(face.detection);
    open_.detections.push_back(
        {.frame = frame.index, .time = frame.time, .detection = face.detection});
  }
  const std::size_t first_row = open_.detections.size() - seen.size();
  for (const TrackedBox& tracked : tracker_->step(frame.time, seen)) {
    if (!tracked.detection) continue;
    const FaceRecord& face = frame.faces[*tracked.detection];
    const auto [number, is_new] = numbers_.try_emplace(tracked.id, open_.tracks.size());
    if (is_new) open_.tracks.emplace_back();
    FollowedTrack& track = open_.tracks[number->second];
    open_.detections[first_row + *tracked.detection].taken =
        SightingRef{number->second, track.sightings.size()};
    track.sightings.push_back({.frame = frame.index,
                               .time = frame.time,
                               .detection = face.detection,
                               .quality = face.quality,
                               .measured = face.measured});
    track.pixels.push_back({.file = file, .crop = face.crop, .thumbnail = face.thumbnail});
  }
  return ended;
}

std::vector<FollowedShot> TrackFollower::finish() {
  std::vector<FollowedShot> ended;
  while (current_ < shots_.size()) ended.push_back(end_shot());
  return ended;
}

}  // namespace screenalytics
