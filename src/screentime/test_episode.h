// SPDX-License-Identifier: MIT
#pragma once

#include "core/identity.h"
#include "screentime/measure.h"

#include <chrono>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace screenalytics {

inline MediaTime at(Duration since_zero) { return MediaTime(since_zero); }
inline TimeSpan span(Duration begin, Duration end) { return {at(begin), at(end)}; }

/// A video of 25 frames a second that is looked at every so many frames.
class MadeEpisode {
 public:
  static constexpr Duration kFrame = std::chrono::milliseconds(40);

  explicit MadeEpisode(std::int64_t frames, std::int64_t stride = 1, Duration start = {})
      : frames_(frames), stride_(stride), start_(start) {}

  /// A new shot starts with this frame; before the tracks, in time order.
  MadeEpisode& cut(std::int64_t first) {
    cuts_.push_back(first);
    return *this;
  }
  /// A face on frames `first` to `last`, seen on those of them that are looked at.
  MadeEpisode& track(std::int64_t first, std::int64_t last) {
    TrackFrames track{.id = {static_cast<std::int64_t>(tracks_.size()) + 1}};
    for (std::int64_t frame = first; frame <= last; ++frame)
      if (frame % stride_ == 0) track.frames.push_back({frame});
    tracks_.push_back(std::move(track));
    return *this;
  }
  /// The last track again on these frames: a face that was lost in between.
  MadeEpisode& again(std::int64_t first, std::int64_t last) {
    for (std::int64_t frame = first; frame <= last; ++frame)
      if (frame % stride_ == 0) tracks_.back().frames.push_back({frame});
    return *this;
  }

  MediaTime time(std::int64_t frame) const { return MediaTime(start_ + frame * kFrame); }

  EpisodeLooks made() const {
    EpisodeLooks looks{.tracks = tracks_};
    std::vector<std::int64_t> starts{0};
    starts.insert(starts.end(), cuts_.begin(), cuts_.end());
    for (std::size_t i = 0; i < starts.size(); ++i) {
      const std::int64_t end = i + 1 < starts.size() ? starts[i + 1] : frames_;
      const ShotId id{static_cast<std::int64_t>(i)};
      looks.shots.push_back({.id = id, .first = {starts[i]}, .span = {time(starts[i]), time(end)}});
      for (std::int64_t frame = starts[i]; frame < end; ++frame) {
        if (frame % stride_ == 0)
          looks.samples.push_back(
              {.frame = {frame}, .shown = {time(frame), time(frame + 1)}, .shot = id});
      }
    }
    return looks;
  }

 private:
  std::int64_t frames_;
  std::int64_t stride_;
  Duration start_;
  std::vector<std::int64_t> cuts_;
  std::vector<TrackFrames> tracks_;
};

/// A person with these tracks.
inline Identity person(std::int64_t id, const std::vector<std::int64_t>& tracks) {
  Identity one{.id = {id}, .name = "Person " + std::to_string(id)};
  for (const std::int64_t track : tracks) one.tracks.push_back({track});
  return one;
}

}  // namespace screenalytics
