// SPDX-License-Identifier: MIT
#include "store/track_rows.h"

#include "core/error.h"

#include <cmath>
#include <string>

namespace screenalytics {
namespace {

Box read_box(const Json& json) {
  return {json.at(0).get<float>(),
          json.at(1).get<float>(),
          json.at(2).get<float>(),
          json.at(3).get<float>()};
}

[[noreturn]] void refuse_row(const std::string& fault) {
  throw Error(ErrorKind::bad_data, "tracks.jsonl: " + fault + ": run detect-track again");
}

MediaTime read_time(const Json& json) {
  constexpr double kLongest = 1e9;  // seconds; far more does not fit a MediaTime
  const double seconds = json.get<double>();
  if (!(std::abs(seconds) <= kLongest)) refuse_row("a sample has an impossible time");
  return MediaTime(from_seconds(seconds));
}

Sighting read_sample(const Json& json) {
  Sighting sighting{.frame = {json.at("frame_idx").get<std::int64_t>()},
                    .time = read_time(json.at("ts"))};
  sighting.detection.box = read_box(json.at("bbox_xyxy"));
  sighting.detection.score = json.at("conf").get<float>();
  if (const Json& points = json.at("landmarks"); points.is_array()) {
    Landmarks landmarks;
    for (std::size_t i = 0; i < landmarks.size(); ++i) {
      landmarks[i] = {points.at(2 * i).get<float>(), points.at(2 * i + 1).get<float>()};
    }
    sighting.detection.landmarks = landmarks;
  }
  sighting.measured = json.contains("quality");
  if (!sighting.measured) return sighting;
  FaceQuality& quality = sighting.quality;
  quality.total = json.at("quality").get<float>();
  quality.blur = json.at("blur").get<float>();
  quality.contrast = json.at("contrast").get<float>();
  quality.size = json.at("size").get<float>();
  if (json.contains("yaw")) {
    quality.pose = HeadPose{
        json.at("yaw").get<float>(), json.at("pitch").get<float>(), json.at("roll").get<float>()};
  }
  return sighting;
}

std::string text_or_empty(const Json& row, const char* key) {
  return row.contains(key) ? row.at(key).get<std::string>() : std::string();
}

}  // namespace

Track read_track(const Json& row) {
  try {
    Track track{.id = {row.at("track_id").get<std::int64_t>()},
                .shot = {row.at("shot").get<std::int64_t>()}};
    FrameIndex before{-1};
    for (const Json& json : row.at("samples")) {
      track.sightings.push_back(read_sample(json));
      const FrameIndex frame = track.sightings.back().frame;
      if (frame <= before) refuse_row("the samples of a track are not in order");
      before = frame;
    }
    if (track.sightings.empty()) refuse_row("a track has no samples");
    return track;
  } catch (const Json::exception& error) {
    refuse_row(std::string("a row lacks what it needs (") + error.what() + ")");
  }
}

TrackRecord read_track_record(const Json& row) {
  TrackRecord record{.track = read_track(row)};
  try {
    if (row.contains("faces_count")) record.faces = row.at("faces_count").get<std::int64_t>();
    if (row.contains("face_embedding_row"))
      record.embedding_row = row.at("face_embedding_row").get<std::int64_t>();
    if (row.contains("face_embedding_samples"))
      record.pooled_faces = row.at("face_embedding_samples").get<std::int64_t>();
    record.from_skipped = row.contains("face_embedding_from");
    if (row.contains("face_embedding_spread"))
      record.spread = row.at("face_embedding_spread").get<double>();
    record.coherent = !row.contains("coherence_warning");
    record.thumb = text_or_empty(row, "thumb_rel_path");
    record.seed_cast_id = text_or_empty(row, "seed_cast_id");
    return record;
  } catch (const Json::exception& error) {
    refuse_row(std::string("a row has a field of the wrong kind (") + error.what() + ")");
  }
}

}  // namespace screenalytics
