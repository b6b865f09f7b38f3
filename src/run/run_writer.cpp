// SPDX-License-Identifier: MIT
#include "run/run_writer.h"

#include "store/jpeg.h"

#include <algorithm>
#include <utility>

namespace screenalytics {
namespace {

constexpr std::size_t kLongestTracks = 5;

Json picture_entry(const std::string& name, const Sighting& sighting) {
  return {{"key", name.substr(name.find('/') + 1)},
          {"frame_idx", sighting.frame.value},
          {"ts", rounded(to_seconds(sighting.time), 4)}};
}

/// Like the pictures beside it, synced before the manifest.
void write_index(const std::filesystem::path& path, const Json& pictures) {
  write_atomically(path, pictures.dump(1) + "\n", Durability::with_next_sync);
}

float between(float a, float b, double share) { return static_cast<float>(a + (b - a) * share); }

void keep_longest(Json& longest, TrackId id, std::size_t frames) {
  longest.push_back({{"track_id", id.value}, {"frame_count", frames}});
  std::stable_sort(longest.begin(), longest.end(), [](const Json& a, const Json& b) {
    return a["frame_count"] > b["frame_count"];
  });
  if (longest.size() > kLongestTracks) longest.erase(longest.size() - 1);
}

}  // namespace

Sighting interpolated(const std::vector<Sighting>& sightings, FrameIndex frame) {
  const auto after = std::ranges::upper_bound(sightings, frame, {}, &Sighting::frame);
  const Sighting& b = after == sightings.end() ? sightings.back() : *after;
  const Sighting& a = after == sightings.begin() ? sightings.front() : *std::prev(after);
  const double span = static_cast<double>(b.frame.value - a.frame.value);
  const double share = span > 0 ? static_cast<double>(frame.value - a.frame.value) / span : 0;
  const Box& p = a.detection.box;
  const Box& q = b.detection.box;
  Sighting result{.frame = frame,
                  .time = a.time + std::chrono::round<Duration>((b.time - a.time) * share)};
  result.detection.box = {between(p.left, q.left, share),
                          between(p.top, q.top, share),
                          between(p.right, q.right, share),
                          between(p.bottom, q.bottom, share)};
  return result;
}

FaceWriter::FaceWriter(const RunFolder& run,
                       const RowOrigin& origin,
                       int dimension,
                       const OutputOptions& output)
    : run_(run),
      origin_(origin),
      output_(output),
      rows_(run.file("faces.jsonl")),
      vectors_(run.file("faces.npy"), dimension) {}

void save_pictures(const RunFolder& run,
                   const OutputOptions& output,
                   std::span<const std::uint8_t> thumbnail_jpeg,
                   const Image& crop,
                   FaceRow& face) {
  const std::int64_t track = face.track.value;
  const std::int64_t frame = face.sighting.frame.value;
  if (!thumbnail_jpeg.empty()) {
    face.thumb = RunFolder::thumb_name(track, frame);
    write_atomically(run.file(face.thumb), thumbnail_jpeg, Durability::with_next_sync);
  }
  if (output.save_crops && !crop.empty()) {
    face.crop = RunFolder::crop_name(track, frame);
    write_atomically(
        run.file(face.crop), encode_jpeg(crop, output.jpeg_quality), Durability::with_next_sync);
  }
}

void FaceWriter::write(FaceRow face) {
  if (!face.skip) {
    face.embedding_row = vectors_.rows();
    face.inline_embedding = output_.inline_embeddings;
    vectors_.write(face.embedding->values());
  }
  if (!face.thumb.empty()) thumbs_.push_back(picture_entry(face.thumb, face.sighting));
  if (!face.crop.empty()) crops_.push_back(picture_entry(face.crop, face.sighting));
  rows_.write(face_row(origin_, face));
}

void FaceWriter::end_track(TrackId track) {
  const auto index = [&](const std::string& picture) {
    return run_.file(picture).parent_path() / "index.json";
  };
  if (!crops_.empty()) write_index(index(RunFolder::crop_name(track.value, 0)), crops_);
  if (!thumbs_.empty()) write_index(index(RunFolder::thumb_name(track.value, 0)), thumbs_);
  crops_ = Json::array();
  thumbs_ = Json::array();
}

void FaceWriter::commit() {
  rows_.commit();
  vectors_.commit();
}

RunWriter::RunWriter(const RunFolder& run,
                     const RowOrigin& origin,
                     const Settings& settings,
                     int dimension,
                     bool faces)
    : run_(run),
      origin_(origin),
      settings_(settings),
      detections_(run.file("detections.jsonl")),
      tracks_(run.file("tracks.jsonl")),
      shots_(run.file("shots.jsonl")),
      dimension_(dimension) {
  if (!faces) return;
  faces_ = std::make_unique<FaceWriter>(run, origin, dimension, settings.output);
  track_vectors_ = std::make_unique<NpyWriter>(run.file("tracks.npy"), dimension);
}

void RunWriter::write(const HarvestedGroup& group) {
  for (const HarvestedShot& shot : group.shots) write(shot);
  counts_.embedder_calls += group.embedder_calls;
  counts_.faces_embedded += group.faces_embedded;
}

void RunWriter::write(const HarvestedShot& shot) {
  shots_.write(shot_row(origin_, shot.shot));
  if (shot.shot.id.value > 0) {
    cut_frames_.push_back(shot.shot.first.value);
    cut_times_.push_back(rounded(to_seconds(shot.shot.span.begin), 4));
  }
  ++counts_.shots;
  counts_.forced_splits += shot.forced_splits;
  const std::int64_t first_id = counts_.tracks + 1;
  write_detections(shot, first_id);
  for (const HarvestedTrack& track : shot.tracks) write_track(track, shot, {++counts_.tracks});
}

void RunWriter::write_detections(const HarvestedShot& shot, std::int64_t first_id) {
  const auto owner = [&](const std::optional<SightingRef>& taken) -> std::optional<TrackId> {
    if (!taken) return std::nullopt;
    const auto found = std::ranges::find_if(shot.tracks, [&](const HarvestedTrack& track) {
      return track.origin == taken->track && taken->sighting >= track.first &&
             taken->sighting < track.first + track.sightings.size();
    });
    return TrackId{first_id + (found - shot.tracks.begin())};
  };
  for (const FollowedDetection& seen : shot.detections) {
    detections_.write(detection_row(
        origin_, seen.frame, seen.time, seen.detection, owner(seen.taken), shot.shot.id));
    ++counts_.detections;
  }
}

void RunWriter::write_track(const HarvestedTrack& track, const HarvestedShot& shot, TrackId id) {
  Json row = track_row(origin_, {.id = id, .shot = shot.shot.id, .sightings = track.sightings});
  keep_longest(longest_, id, track.sightings.size());
  if (faces_) add_faces(row, origin_, write_faces(track, shot, id));
  tracks_.write(row);
}

TrackFaces RunWriter::write_faces(const HarvestedTrack& track,
                                  const HarvestedShot& shot,
                                  TrackId id) {
  TrackFaces result;
  float best = -1;
  auto missing = std::ranges::upper_bound(shot.missing, track.sightings.front().frame);
  const auto write_missing_before = [&](FrameIndex frame) {
    for (; missing != shot.missing.end() && *missing < frame; ++missing) {
      write_skip(id,
                 interpolated(track.sightings, *missing),
                 {SkipReason::bad_source_frame, std::nullopt});
    }
  };
  for (std::size_t i = 0; i < track.sightings.size(); ++i) {
    const Sighting& sighting = track.sightings[i];
    write_missing_before(sighting.frame);
    if (track.skips[i]) write_skip(id, sighting, *track.skips[i]);
    const auto kept = track.embeddings.find(i);
    if (kept == track.embeddings.end()) continue;
    FaceRow face{
        .track = id, .sighting = sighting, .embedding = &kept->second, .seed = match(kept->second)};
    counts_.faces_seeded += face.seed ? 1 : 0;
    const SightingPixels& pixels = track.pixels[i];
    const auto thumbnail =
        pixels.thumbnail ? pixels.file->read_blob(*pixels.thumbnail) : std::vector<std::uint8_t>{};
    const Image crop = settings_.output.save_crops ? pixels.file->read_crop(*pixels.crop) : Image{};
    save_pictures(run_, settings_.output, thumbnail, crop, face);
    ++result.kept;
    if (settings_.output.save_frames) frames_with_faces_.push_back(sighting.frame);
    if (sighting.quality.total > best) {
      best = sighting.quality.total;
      result.thumb = face.thumb;
    }
    faces_->write(std::move(face));
  }
  faces_->end_track(id);
  counts_.faces_kept += result.kept;
  result.embedding_row = track_vectors_->rows();
  if (!track.pooled) {
    track_vectors_->write(std::vector<float>(static_cast<std::size_t>(dimension_), 0.0F));
    return result;
  }
  result.pooled = &*track.pooled;
  result.from_skipped = result.kept == 0;
  counts_.tracks_from_skipped += result.from_skipped ? 1 : 0;
  track_vectors_->write(track.pooled->embedding.values());
  result.seed = match(track.pooled->embedding);
  counts_.tracks_seeded += result.seed ? 1 : 0;
  counts_.incoherent_tracks += result.from_skipped || track.pooled->coherent ? 0 : 1;
  return result;
}

void RunWriter::write_skip(TrackId id, const Sighting& sighting, const Skip& skip) {
  faces_->write({.track = id, .sighting = sighting, .skip = skip});
  ++counts_.faces_skipped;
  ++counts_.skips[name_of(skip.reason)];
}

std::optional<CastMatch> RunWriter::match(const Embedding& embedding) const {
  return seeds_.empty() ? std::nullopt : match_cast(embedding, seeds_, settings_.match);
}

std::vector<std::string> RunWriter::commit() {
  Json metrics = {{"ep_id", origin_.ep_id},
                  {"metrics",
                   {{"tracks_born", counts_.tracks},
                    {"tracks_lost", counts_.tracks},
                    {"id_switches", counts_.forced_splits},
                    {"forced_splits", counts_.forced_splits},
                    {"longest_tracks", longest_}}},
                  {"scene_cuts",
                   {{"count", cut_frames_.size()},
                    {"indices", cut_frames_},
                    {"times", cut_times_},
                    {"detector", "signature"}}}};
  write_atomically(run_.file("track_metrics.json"), metrics.dump(1) + "\n");
  detections_.commit();
  tracks_.commit();
  shots_.commit();
  std::vector<std::string> names{
      "detections.jsonl", "tracks.jsonl", "shots.jsonl", "track_metrics.json"};
  if (faces_) {
    faces_->commit();
    track_vectors_->commit();
    names.insert(names.end(), {"faces.jsonl", "faces.npy", "tracks.npy"});
  }
  std::ranges::sort(frames_with_faces_);
  const auto repeated = std::ranges::unique(frames_with_faces_);
  frames_with_faces_.erase(repeated.begin(), repeated.end());
  return names;
}

}  // namespace screenalytics
