// SPDX-License-Identifier: MIT
#include "run/overlay_inputs.h"

#include "core/error.h"
#include "files/sha256.h"
#include "run/artifact_stage.h"
#include "store/run_artifacts.h"

#include <iterator>
#include <optional>
#include <set>
#include <system_error>

namespace screenalytics {
namespace {

namespace fs = std::filesystem;

/// Gives rows back with the exact times of their frames: files keep four decimals.
class ExactTimes {
 public:
  ExactTimes(const RunFolder& run, const VideoIndex& index) : run_(run), index_(index) {}

  MediaTime of(FrameIndex frame) const { return entry(frame).time; }
  MediaTime end_of(FrameIndex frame) const { return entry(frame).time + entry(frame).duration; }

 private:
  const FrameEntry& entry(FrameIndex frame) const {
    if (frame.value >= 0 && frame.value < std::ssize(index_.frames)) return index_.at(frame);
    throw Error(ErrorKind::bad_data,
                "'" + run_.path().string() +
                    "' names a frame beyond the end of the video: run 'screenalytics "
                    "detect-track' again");
  }
  const RunFolder& run_;
  const VideoIndex& index_;
};

Box box_of(const Json& corners) {
  const Box box{corners.at(0).get<float>(),
                corners.at(1).get<float>(),
                corners.at(2).get<float>(),
                corners.at(3).get<float>()};
  if (!is_valid(box)) throw Error(ErrorKind::bad_data, "a box has no area");
  return box;
}

std::vector<LooseFace> read_loose_faces(const RunFolder& run,
                                        const ExactTimes& times,
                                        const std::set<std::int64_t>& tracks) {
  std::vector<LooseFace> faces;
  const fs::path path = run.file("detections.jsonl");
  JsonLinesReader reader(path);
  try {
    while (const auto row = reader.next()) {
      const Json& track = row->at("track_id");
      if (!track.is_null() && tracks.contains(track.get<std::int64_t>())) continue;
      faces.push_back(
          {times.of({row->at("frame_idx").get<std::int64_t>()}), box_of(row->at("bbox_xyxy"))});
    }
  } catch (const Json::exception& error) {
    throw Error(ErrorKind::bad_data,
                "'" + path.string() + "': a row lacks what it needs (" + error.what() +
                    "): run 'screenalytics detect-track' again");
  }
  return faces;
}

std::optional<Identities> read_people(const RunFolder& run, Progress& progress) {
  const auto manifest = run.manifest();
  const std::string status = manifest ? stage_status(*manifest, "cluster") : "missing";
  if (status == "done") return read_identities(run);
  progress.warn(std::string(status == "missing" ? "this run was not clustered"
                                                : "the people of this run are out of date") +
                ": every track is named by its number; run 'screenalytics cluster' first for "
                "names");
  return std::nullopt;
}

}  // namespace

RunVideo video_of(const RunFolder& run, const Settings& settings) {
  const auto manifest = run.manifest();
  if (!manifest)
    throw Error(ErrorKind::not_found,
                "run '" + run.run_id() + "' of episode '" + run.ep_id() +
                    "' is not finished: run 'screenalytics harvest' first");
  try {
    const Json& input = manifest->at("input");
    const fs::path path = input.at("path").get<std::string>();
    return {settings.video.empty() ? path : settings.video,
            input.at("bytes").get<std::uint64_t>(),
            input.at("sha256").get<std::string>()};
  } catch (const Json::exception& error) {
    throw Error(ErrorKind::bad_data,
                "'" + run.file("manifest.json").string() + "' does not say which video it is of (" +
                    error.what() + "): run 'screenalytics harvest' again");
  }
}

void check_same_video(const RunVideo& video, const RunFolder& run) {
  std::error_code code;
  if (!fs::exists(video.path, code))
    throw Error(ErrorKind::not_found,
                "the video '" + video.path.string() + "' of run '" + run.run_id() +
                    "' is not there any more: say where it is with --video FILE");
  const std::uint64_t bytes = fs::file_size(video.path, code);
  if (!code && bytes == video.bytes && sha256_of_file(video.path) == video.sha256) return;
  throw Error(ErrorKind::bad_data,
              "'" + video.path.string() + "' is not the video that run '" + run.run_id() +
                  "' was made from (or it has changed since): harvest it again, or name the "
                  "right file with --video");
}

FoundFaces read_found_faces(const RunFolder& run, const VideoIndex& index, Progress& progress) {
  const ExactTimes times(run, index);
  FoundFaces found;
  std::set<std::int64_t> ids;
  for (TrackRecord& record : read_tracks(run)) {
    for (Sighting& sighting : record.track.sightings) sighting.time = times.of(sighting.frame);
    ids.insert(record.track.id.value);
    found.tracks.push_back(std::move(record.track));
  }
  found.samples = read_samples(run);
  for (SampledFrame& sample : found.samples)
    sample.shown = {times.of(sample.frame), times.end_of(sample.frame)};
  found.shots = read_shots(run);
  for (std::size_t i = 0; i < found.shots.size(); ++i) {
    Shot& shot = found.shots[i];
    shot.span.begin = times.of(shot.first);
    shot.span.end =
        i + 1 < found.shots.size() ? times.of(found.shots[i + 1].first) : index.info.end;
  }
  found.loose = read_loose_faces(run, times, ids);
  found.identities = read_people(run, progress);
  return found;
}

}  // namespace screenalytics
