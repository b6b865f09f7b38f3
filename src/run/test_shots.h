// SPDX-License-Identifier: MIT
#pragma once

#include "run/follow_tracks.h"
#include "run/test_fakes.h"
#include "store/jpeg.h"
#include "video/video_info.h"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace screenalytics {

/// One look at a face, for `MadeShots`.
struct Seen {
  Sighting sighting;
  int person = 1;  ///< for `FakeEmbedder`; 0 gives a zero vector
  bool crop = true;
  bool thumbnail = false;
};

/// Passes every gate; six frames a second.
inline Seen seen(std::int64_t frame, int person = 1, float quality = 0.5F) {
  return {.sighting = {.frame = {frame},
                       .time = at_seconds(static_cast<double>(frame) / 6),
                       .detection = {.box = {100, 100, 200, 220}, .score = 0.9F},
                       .quality = {.contrast = 50, .blur = 100, .size = 100, .total = quality}},
          .person = person};
}

/// Frames `first` to `last` of one person.
inline std::vector<Seen> seen_in(std::int64_t first, std::int64_t last, int person = 1) {
  std::vector<Seen> faces;
  for (std::int64_t frame = first; frame <= last; ++frame) faces.push_back(seen(frame, person));
  return faces;
}

inline std::vector<Seen> operator+(std::vector<Seen> first, const std::vector<Seen>& second) {
  first.insert(first.end(), second.begin(), second.end());
  return first;
}

inline VideoInfo made_video() { return {.size = {640, 360}, .pixel_aspect = 1}; }

/// Followed shots whose crops lie in a real segment record.
class MadeShots {
 public:
  explicit MadeShots(const std::filesystem::path& record) : path_(record), writer_(record, "key") {
    shots_.emplace_back();
  }

  MadeShots& track(const std::vector<Seen>& faces) {
    FollowedShot& shot = shots_.back();
    FollowedTrack track;
    for (const Seen& face : faces) {
      shot.detections.push_back({.frame = face.sighting.frame,
                                 .time = face.sighting.time,
                                 .detection = face.sighting.detection,
                                 .taken = SightingRef{shot.tracks.size(), track.sightings.size()}});
      track.sightings.push_back(face.sighting);
      SightingPixels pixels;
      if (face.crop) pixels.crop = writer_.add_crop(crop_of(face.person));
      if (face.thumbnail)
        pixels.thumbnail = writer_.add_blob(encode_jpeg(crop_of(face.person), 85));
      track.pixels.push_back(pixels);
    }
    shot.tracks.push_back(std::move(track));
    return *this;
  }

  /// What follows belongs to the next shot.
  MadeShots& cut(std::int64_t first) {
    const auto number = static_cast<std::int64_t>(shots_.size());
    const MediaTime start = at_seconds(static_cast<double>(first) / 6);
    shots_.back().shot.span.end = start;
    shots_.push_back({.shot = {.id = {number}, .first = {first}, .span = {start, start}}});
    return *this;
  }

  MadeShots& missing(std::int64_t frame) {
    shots_.back().missing.push_back({frame});
    return *this;
  }

  /// A detection that no track took.
  MadeShots& stray(std::int64_t frame) {
    const Sighting face = seen(frame).sighting;
    shots_.back().detections.push_back(
        {.frame = face.frame, .time = face.time, .detection = face.detection});
    return *this;
  }

  std::vector<FollowedShot> take() {
    writer_.commit({});
    const auto file = std::make_shared<const SegmentFile>(*SegmentFile::open(path_, "key"));
    for (FollowedShot& shot : shots_) {
      for (FollowedTrack& track : shot.tracks) {
        for (SightingPixels& pixels : track.pixels) pixels.file = file;
      }
    }
    return std::move(shots_);
  }

 private:
  std::filesystem::path path_;
  SegmentWriter writer_;
  std::vector<FollowedShot> shots_;
};

}  // namespace screenalytics
