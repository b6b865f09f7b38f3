// SPDX-License-Identifier: MIT
#include "run/screentime_run.h"

#include "core/error.h"
#include "export/csv.h"
#include "files/atomic_file.h"
#include "run/artifact_stage.h"
#include "run/cluster_run.h"
#include "run/settings.h"
#include "screentime/measure.h"
#include "store/run_artifacts.h"
#include "store/screen_time_file.h"

#include <utility>

namespace screenalytics {
namespace {

constexpr const char* kJson = "screentime.json";
constexpr const char* kCsv = "screentime.csv";

EpisodeLooks read_looks(const RunFolder& run) {
  EpisodeLooks looks{.samples = read_samples(run), .shots = read_shots(run)};
  for (const TrackRecord& record : read_tracks(run)) {
    TrackFrames track{.id = record.track.id};
    track.frames.reserve(record.track.sightings.size());
    for (const Sighting& sighting : record.track.sightings) track.frames.push_back(sighting.frame);
    looks.tracks.push_back(std::move(track));
  }
  return looks;
}

/// The show whose facebank named the people; empty: none.
Json show_of(const RunFolder& run) {
  const Json json = Json::parse(read_text(run.file("identities.json")));
  const auto config = json.find("config");
  return config != json.end() && config->contains("show") ? config->at("show") : Json();
}

Json config_of(const RunFolder& run, const ScreenTimeOptions& options) {
  return {{"bridge_gap_s", to_seconds(options.bridge_gap)},
          {"min_stretch_s", to_seconds(options.min_stretch)},
          {"show", show_of(run)}};
}

/// Who is who first, where that is missing or stale.
void bring_people_up_to_date(const RunFolder& run,
                             const Settings& settings,
                             const RunContext& context) {
  const std::string status = stage_status(run.manifest().value(), "cluster");
  if (status == "done") return;
  context.progress.say("who is who in run '" + run.run_id() + "' is " + status +
                       ": clustering it now");
  Settings again = settings;
  again.run_id = run.run_id();
  const ClusterRequest request = as_clustered_before(again);
  cluster_run(request.settings, request.clustering, context);
}

void say_what_was_dropped(const EpisodeScreenTime& time, Progress& progress) {
  std::int64_t dropped = time.unknown.dropped;
  for (const ScreenTime& one : time.people) dropped += one.dropped;
  if (dropped > 0)
    progress.say(std::to_string(dropped) + " stretch(es) shorter than the least were left out");
}

}  // namespace

MeasuredRun measure_run(const Settings& settings, const RunContext& context) {
  const RunFolder run = find_finished_run(settings);
  bring_people_up_to_date(run, settings, context);
  auto permit = context.budget.acquire(context.stop, Stage::other);
  const Identities identities = read_identities(run);
  ArtifactStage stage(run, "screentime", {kJson, kCsv}, context);
  const ScreenTimeOptions& options = settings.analysis.screentime;
  EpisodeScreenTime time = measure_screen_time(read_looks(run), identities, options);
  say_what_was_dropped(time, context.progress);
  permit.enter(Stage::write);
  Json json = to_json(run, time, config_of(run, options));
  json["pipeline_ver"] = kPipelineVersion;
  write_atomically(run.file(kJson), json.dump(1) + "\n");
  write_atomically(run.file(kCsv), screen_time_csv(time));
  Json manifest = stage.finish(to_json(settings.analysis, "screentime"));
  return {run, std::move(time), std::move(manifest)};
}

MeasuredRun measured_run(const Settings& settings, const RunContext& context) {
  const RunFolder run = find_finished_run(settings);
  Json manifest = run.manifest().value();
  const std::string status = stage_status(manifest, "screentime");
  if (status == "done") return {run, read_screen_time(run), std::move(manifest)};
  context.progress.say("screen time of run '" + run.run_id() + "' is " + status +
                       ": measuring it now");
  Settings again = settings;
  again.run_id = run.run_id();
  return measure_run(again, context);
}

}  // namespace screenalytics
