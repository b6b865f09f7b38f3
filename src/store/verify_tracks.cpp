// SPDX-License-Identifier: MIT
#include "store/run_check.h"

#include <algorithm>
#include <string>

namespace screenalytics {
namespace {

std::string track_text(std::int64_t id) { return "track " + std::to_string(id); }

void read_shots(RunUnderCheck& run) {
  if (!run.sound("shots.jsonl")) return;
  std::set<std::int64_t> shots;
  std::int64_t rows = 0;
  const bool whole = run.for_each_row("shots.jsonl", [&](const Json& row) {
    const auto shot = row.at("shot").get<std::int64_t>();
    if (shot != rows++)
      run.fault("shots.jsonl", "shot " + std::to_string(shot) + " is out of order");
    shots.insert(shot);
  });
  if (!whole) return;
  run.compare_count("shots", "shots.jsonl", rows);
  run.shots = std::move(shots);
}

void check_track_row(RunUnderCheck& run, const Json& row, std::vector<CheckedTrack>& tracks) {
  const auto id = row.at("track_id").get<std::int64_t>();
  const auto wanted = static_cast<std::int64_t>(tracks.size()) + 1;
  if (id != wanted) {
    run.fault("tracks.jsonl", track_text(id) + " stands where " + track_text(wanted) + " belongs");
  }
  CheckedTrack track{.samples = static_cast<std::int64_t>(row.at("samples").size()),
                     .has_embedding = row.contains("face_embedding_row"),
                     .from_skipped = row.contains("face_embedding_from")};
  if (row.contains("faces_count")) track.faces = row.at("faces_count").get<std::int64_t>();
  const auto frames = row.at("frame_count").get<std::int64_t>();
  if (frames != track.samples) {
    run.fault("tracks.jsonl",
              track_text(id) + " has " + std::to_string(track.samples) +
                  " samples, but frame_count says " + std::to_string(frames));
  }
  if (track.has_embedding && row.at("face_embedding_row").get<std::int64_t>() != wanted - 1) {
    run.fault("tracks.jsonl", track_text(id) + " names a row of tracks.npy that is not its own");
  }
  const auto shot = row.at("shot").get<std::int64_t>();
  if (run.shots && !run.shots->contains(shot)) {
    run.fault("tracks.jsonl",
              track_text(id) + " lies in shot " + std::to_string(shot) +
                  ", which shots.jsonl does not have");
  }
  tracks.push_back(track);
}

void read_track_rows(RunUnderCheck& run) {
  if (!run.sound("tracks.jsonl")) return;
  std::vector<CheckedTrack> tracks;
  if (!run.for_each_row("tracks.jsonl",
                        [&](const Json& row) { check_track_row(run, row, tracks); }))
    return;
  run.compare_count("tracks", "tracks.jsonl", static_cast<std::int64_t>(tracks.size()));
  run.tracks = std::move(tracks);
}

/// Frames that were looked at, ascending; empty when that is not known.
std::optional<std::vector<std::int64_t>> read_sampled_frames(RunUnderCheck& run) {
  if (!run.sound("samples.jsonl")) return std::nullopt;
  std::vector<std::int64_t> frames;
  const bool whole = run.for_each_row("samples.jsonl", [&](const Json& row) {
    const auto frame = row.at("frame_idx").get<std::int64_t>();
    if (!frames.empty() && frame <= frames.back())
      run.fault("samples.jsonl", "frame " + std::to_string(frame) + " is out of order");
    frames.push_back(frame);
  });
  if (!whole) return std::nullopt;
  std::int64_t missing = 0;
  if (const auto decode = run.manifest.find("decode");
      decode != run.manifest.end() && decode->is_object())
    missing = decode->value("frames_missing", std::int64_t{0});
  const auto wanted = run.count("frames_sampled");
  if (wanted && *wanted - missing != std::ssize(frames)) {
    run.fault("samples.jsonl",
              "has " + std::to_string(frames.size()) + " frames, the manifest says " +
                  std::to_string(*wanted - missing));
  }
  return frames;
}

void check_detections(RunUnderCheck& run, const std::optional<std::vector<std::int64_t>>& sampled) {
  if (!run.sound("detections.jsonl")) return;
  std::int64_t rows = 0;
  const bool whole = run.for_each_row("detections.jsonl", [&](const Json& row) {
    ++rows;
    const auto frame = row.at("frame_idx").get<std::int64_t>();
    if (sampled && !std::ranges::binary_search(*sampled, frame)) {
      run.fault("detections.jsonl",
                "row " + std::to_string(rows) + " lies on frame " + std::to_string(frame) +
                    ", which samples.jsonl does not have");
    }
    const Json& owner = row.at("track_id");
    if (owner.is_null() || !run.tracks) return;
    const auto id = owner.get<std::int64_t>();
    if (id < 1 || id > std::ssize(*run.tracks)) {
      run.fault("detections.jsonl",
                "row " + std::to_string(rows) + " names " + track_text(id) +
                    ", which tracks.jsonl does not have");
      return;
    }
    ++(*run.tracks)[static_cast<std::size_t>(id - 1)].detections;
  });
  if (!whole) return;
  run.compare_count("detections", "detections.jsonl", rows);
  if (!run.tracks) return;
  for (std::size_t i = 0; i < run.tracks->size(); ++i) {
    const CheckedTrack& track = (*run.tracks)[i];
    if (track.detections == track.samples) continue;
    run.fault("detections.jsonl",
              "has " + std::to_string(track.detections) + " rows of " +
                  track_text(static_cast<std::int64_t>(i) + 1) + ", which has " +
                  std::to_string(track.samples) + " samples in tracks.jsonl");
  }
}

}  // namespace

void check_tracks(RunUnderCheck& run) {
  read_shots(run);
  read_track_rows(run);
  const auto sampled = read_sampled_frames(run);
  check_detections(run, sampled);
}

}  // namespace screenalytics
