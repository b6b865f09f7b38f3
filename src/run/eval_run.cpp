// SPDX-License-Identifier: MIT
#include "run/eval_run.h"

#include "core/error.h"
#include "evaluate/character_time.h"
#include "evaluate/cluster_scores.h"
#include "evaluate/tracking_scores.h"
#include "files/atomic_file.h"
#include "run/artifact_stage.h"
#include "run/label_frames.h"
#include "store/run_artifacts.h"
#include "store/truth_file.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace screenalytics {
namespace {

double seconds(Duration duration) { return rounded(to_seconds(duration), 3); }

Json describe(const DetectionScores& scores) {
  return {{"truth", scores.truth},
          {"found", scores.found},
          {"matched", scores.matched},
          {"recall", rounded(scores.recall, 4)},
          {"precision", rounded(scores.precision, 4)}};
}

Json describe_tracking(std::span<const LabelledFrame> frames) {
  const auto clear = detection_scores(frames);
  const auto identity = identity_scores(frames);
  const auto hota = hota_scores(frames);
  return {{"idf1", rounded(identity.idf1, 6)},
          {"idp", rounded(identity.idp, 6)},
          {"idr", rounded(identity.idr, 6)},
          {"hota", rounded(hota.hota, 6)},
          {"det_a", rounded(hota.det_a, 6)},
          {"ass_a", rounded(hota.ass_a, 6)},
          {"id_switches", clear.switches},
          {"recall", rounded(clear.recall, 6)},
          {"precision", rounded(clear.precision, 6)}};
}

Json describe(const ClusterScores& scores) {
  return {{"purity", rounded(scores.purity, 6)},
          {"homogeneity", rounded(scores.homogeneity, 6)},
          {"completeness", rounded(scores.completeness, 6)},
          {"nmi", rounded(scores.nmi, 6)},
          {"bcubed_precision", rounded(scores.bcubed_precision, 6)},
          {"bcubed_recall", rounded(scores.bcubed_recall, 6)},
          {"bcubed_f1", rounded(scores.bcubed_f1, 6)},
          {"pair_precision", rounded(scores.pair_precision, 6)},
          {"pair_recall", rounded(scores.pair_recall, 6)},
          {"pair_f1", rounded(scores.pair_f1, 6)}};
}

/// The people of screentime.json and when they are on screen.
std::vector<Presence> measured_people(const RunFolder& run) {
  const auto path = run.file("screentime.json");
  try {
    const Json json = Json::parse(read_text(path));
    std::vector<Presence> people;
    for (const Json& one : json.at("timeline")) {
      Presence person{.name = one.at("name").get<std::string>()};
      for (const Json& span : one.at("intervals")) {
        person.on.push_back({MediaTime(from_seconds(span.at(0).get<double>())),
                             MediaTime(from_seconds(span.at(1).get<double>()))});
      }
      people.push_back(std::move(person));
    }
    return people;
  } catch (const Json::exception& error) {
    throw Error(ErrorKind::bad_data,
                "'" + path.string() + "' is damaged (" + error.what() +
                    "): run 'screenalytics screentime' again");
  }
}

Json describe(const CharacterTime& result, const std::vector<Presence>& measured) {
  Json people = Json::array();
  for (const PersonTime& one : result.people) {
    const double truth = to_seconds(one.truth);
    const double off = truth > 0 ? (to_seconds(one.measured) - truth) / truth : 0;
    people.push_back(
        {{"person", one.name},
         {"measured_as", one.identity ? Json(measured.at(*one.identity).name) : Json()},
         {"truth_seconds", seconds(one.truth)},
         {"measured_seconds", seconds(one.measured)},
         {"correct_seconds", seconds(one.correct)},
         {"difference_share", rounded(off, 4)}});
  }
  return {{"error", rounded(result.error(), 6)},
          {"truth_seconds", seconds(result.truth)},
          {"missed_seconds", seconds(result.missed)},
          {"extra_seconds", seconds(result.extra)},
          {"wrong_seconds", seconds(result.wrong)},
          {"identities", measured.size()},
          {"people", std::move(people)}};
}

/// What the run has beyond tracks; a stage that is not done is named.
bool usable(const Json& manifest, const char* stage, Json& notes) {
  const std::string status = stage_status(manifest, stage);
  if (status == "done") return true;
  notes.push_back(std::string(stage) + " is " + status + ": run 'screenalytics " + stage +
                  "' for the scores that need it");
  return false;
}

}  // namespace

Json evaluate_run(const Settings& settings,
                  const std::filesystem::path& truth_file,
                  const RunContext& context) {
  const auto permit = context.budget.acquire(context.stop, Stage::other);
  const RunFolder run = find_finished_run(settings);
  const Json manifest = *run.manifest();
  const Truth truth = read_truth(truth_file);
  const auto tracks = read_tracks(run);
  const auto samples = read_samples(run);
  const FrameLabels labels(truth, samples);
  Json notes = Json::array();
  Json result = {{"ep_id", run.ep_id()},
                 {"run_id", run.run_id()},
                 {"frames", samples.size()},
                 {"people", truth.people.size()},
                 {"detections", describe(detection_scores(labels.detections(run)))},
                 {"tracks", describe_tracking(labels.tracks(tracks, by_track(tracks)))}};
  result["tracks"]["count"] = tracks.size();
  if (usable(manifest, "cluster", notes)) {
    const Identities identities = read_identities(run);
    result["identities"] = describe_tracking(labels.tracks(tracks, by_identity(identities)));
    result["identities"]["count"] = identities.identities.size();
    const auto items = labels.items(tracks, identities);
    result["clusters"] = describe(cluster_scores(items));
    result["clusters"]["faces"] = items.size();
  }
  if (usable(manifest, "screentime", notes)) {
    const auto measured = measured_people(run);
    const auto really = presence_of(truth, clock_of(truth, manifest));
    result["character_time"] = describe(character_time(really, measured), measured);
  }
  result["notes"] = std::move(notes);
  return result;
}

}  // namespace screenalytics
