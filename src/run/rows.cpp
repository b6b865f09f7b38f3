// SPDX-License-Identifier: MIT
#include "run/rows.h"

#include "run/settings.h"
#include "store/run_folder.h"

#include <string>

namespace screenalytics {
namespace {

Json to_json(const Box& box) {
  return {rounded(box.left, 3), rounded(box.top, 3), rounded(box.right, 3), rounded(box.bottom, 3)};
}

Json to_json(const std::optional<Landmarks>& landmarks) {
  if (!landmarks) return nullptr;
  Json list = Json::array();
  for (const Point& p : *landmarks) {
    list.push_back(rounded(p.x, 3));
    list.push_back(rounded(p.y, 3));
  }
  return list;
}

double seconds(MediaTime time) { return rounded(to_seconds(time), 4); }

Json sample(const Sighting& sighting) {
  Json json = {{"frame_idx", sighting.frame.value},
               {"ts", seconds(sighting.time)},
               {"bbox_xyxy", to_json(sighting.detection.box)},
               {"conf", rounded(sighting.detection.score, 4)},
               {"landmarks", to_json(sighting.detection.landmarks)}};
  if (!sighting.measured) return json;
  const FaceQuality& quality = sighting.quality;
  json["quality"] = rounded(quality.total, 4);
  json["blur"] = rounded(quality.blur, 2);
  json["contrast"] = rounded(quality.contrast, 2);
  json["size"] = rounded(quality.size, 2);
  if (quality.pose) {
    json["yaw"] = rounded(quality.pose->yaw, 1);
    json["pitch"] = rounded(quality.pose->pitch, 1);
    json["roll"] = rounded(quality.pose->roll, 1);
  }
  return json;
}

void add_seed(Json& row, const std::optional<CastMatch>& seed) {
  if (!seed) return;
  row["seed_cast_id"] = seed->cast_id;
  row["seed_similarity"] = rounded(seed->similarity, 4);
}

}  // namespace

Json detection_row(const RowOrigin& origin,
                   FrameIndex frame,
                   MediaTime time,
                   const Detection& detection,
                   std::optional<TrackId> track,
                   ShotId shot) {
  return {{"ep_id", origin.ep_id},
          {"ts", seconds(time)},
          {"frame_idx", frame.value},
          {"class", "face"},
          {"conf", rounded(detection.score, 4)},
          {"bbox_xyxy", to_json(detection.box)},
          {"landmarks", to_json(detection.landmarks)},
          {"track_id", track ? Json(track->value) : Json(nullptr)},
          {"shot", shot.value},
          {"detector", origin.detector},
          {"pipeline_ver", kPipelineVersion}};
}

Json track_row(const RowOrigin& origin, const Track& track) {
  const Sighting& first = track.sightings.front();
  const Sighting& last = track.sightings.back();
  Json samples = Json::array();
  for (const Sighting& sighting : track.sightings) samples.push_back(sample(sighting));
  return {{"ep_id", origin.ep_id},
          {"track_id", track.id.value},
          {"class", "face"},
          {"shot", track.shot.value},
          {"first_ts", seconds(first.time)},
          {"last_ts", seconds(last.time)},
          {"first_frame_idx", first.frame.value},
          {"last_frame_idx", last.frame.value},
          {"frame_count", track.sightings.size()},
          {"detector", origin.detector},
          {"tracker", "bytetrack"},
          {"pipeline_ver", kPipelineVersion},
          {"samples", std::move(samples)}};
}

void add_faces(Json& row, const RowOrigin& origin, const TrackFaces& faces) {
  row["faces_count"] = faces.kept;
  if (!faces.pooled) return;
  row["face_embedding_row"] = faces.embedding_row;
  row["face_embedding_model"] = origin.embedding_model;
  row["face_embedding_samples"] = faces.pooled->voters.size();
  row["face_embedding_spread"] = rounded(faces.pooled->spread, 4);
  if (faces.from_skipped) row["face_embedding_from"] = "skipped";
  if (!faces.from_skipped && !faces.pooled->coherent) row["coherence_warning"] = "high_spread";
  if (!faces.thumb.empty()) row["thumb_rel_path"] = faces.thumb;
  add_seed(row, faces.seed);
}

Json face_row(const RowOrigin& origin, const FaceRow& face) {
  const Sighting& sighting = face.sighting;
  Json row = {{"ep_id", origin.ep_id},
              {"face_id", RunFolder::face_id(face.track.value, sighting.frame.value)},
              {"track_id", face.track.value},
              {"frame_idx", sighting.frame.value},
              {"ts", seconds(sighting.time)},
              {"bbox_xyxy", to_json(sighting.detection.box)}};
  if (face.skip) {
    row["detector"] = origin.detector;
    row["pipeline_ver"] = kPipelineVersion;
    row["skip"] = to_text(*face.skip);
    return row;
  }
  row["conf"] = rounded(sighting.detection.score, 4);
  row["quality"] = rounded(sighting.quality.total, 4);
  row["embedding_model"] = origin.embedding_model;
  if (face.inline_embedding) {
    Json values = Json::array();
    for (const float value : face.embedding->values()) values.push_back(rounded(value, 7));
    row["embedding"] = std::move(values);
  }
  row["embedding_row"] = face.embedding_row;
  row["detector"] = origin.detector;
  row["pipeline_ver"] = kPipelineVersion;
  row["landmarks"] = to_json(sighting.detection.landmarks);
  if (!face.crop.empty()) row["crop_rel_path"] = face.crop;
  if (!face.crop.empty() && !origin.objects.empty())
    row["crop_s3_key"] = origin.objects + face.crop;
  if (!face.thumb.empty()) row["thumb_rel_path"] = face.thumb;
  if (!face.thumb.empty() && !origin.objects.empty())
    row["thumb_s3_key"] = origin.objects + face.thumb;
  add_seed(row, face.seed);
  return row;
}

Json shot_row(const RowOrigin& origin, const Shot& shot) {
  return {{"ep_id", origin.ep_id},
          {"shot", shot.id.value},
          {"first_frame_idx", shot.first.value},
          {"first_ts", seconds(shot.span.begin)},
          {"end_ts", seconds(shot.span.end)}};
}

}  // namespace screenalytics
