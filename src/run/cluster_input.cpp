// SPDX-License-Identifier: MIT
#include "run/cluster_input.h"

#include "core/error.h"
#include "models/model_pack.h"
#include "store/facebank.h"

#include <filesystem>
#include <utility>

namespace screenalytics {
namespace {

std::optional<Embedding> row_of(const NpyMatrix& matrix, const TrackRecord& record) {
  if (!record.embedding_row) return std::nullopt;
  const auto begin = matrix.values.begin() + *record.embedding_row * matrix.columns;
  return Embedding::normalised(std::vector<float>(begin, begin + matrix.columns));
}

/// Begins of all shots but the first; none where the run does not say.
std::vector<MediaTime> cuts_of(const RunFolder& run) {
  std::vector<MediaTime> cuts;
  if (!std::filesystem::exists(run.file("shots.jsonl"))) return cuts;
  const std::vector<Shot> shots = read_shots(run);
  for (std::size_t i = 1; i < shots.size(); ++i) cuts.push_back(shots[i].span.begin);
  return cuts;
}

/// From a pack that holds the very same model; an unreadable pack is no reason to fail.
std::optional<double> threshold_of_pack(const Settings& settings, const std::string& fingerprint) {
  try {
    const ModelPack pack = read_pack(settings.models / settings.pack);
    const ModelCard& card = pack.card("embedder");
    const auto found = card.thresholds.find("cluster");
    if (card.fingerprint() == fingerprint && found != card.thresholds.end()) return found->second;
  } catch (const Error&) {
    return std::nullopt;
  }
  return std::nullopt;
}

}  // namespace

ClusterInput read_cluster_input(const RunFolder& run, const VoiceOptions& options) {
  ClusterInput input{.tracks = read_tracks(run)};
  const NpyMatrix matrix = read_track_embeddings(run, input.tracks);
  std::vector<const Track*> tracks;
  for (const TrackRecord& record : input.tracks) {
    tracks.push_back(&record.track);
    input.facts.push_back(facts_of(record.track,
                                   {.kept = record.faces,
                                    .agreeing = record.pooled_faces,
                                    .coherent = record.coherent,
                                    .from_skipped = record.from_skipped},
                                   row_of(matrix, record),
                                   options));
    input.facts.back().thumb = record.thumb;
  }
  input.seen = seen_together(tracks, cuts_of(run));
  return input;
}

RunEmbedder embedder_of(const Json& manifest, const Settings& settings) {
  for (const Json& model : manifest.value("models", Json::array())) {
    if (model.value("role", "") != "embedder") continue;
    RunEmbedder embedder{.name = model.value("name", ""),
                         .fingerprint = model.value("fingerprint", "")};
    const Json thresholds = model.value("thresholds", Json::object());
    if (thresholds.contains("cluster")) {
      embedder.max_distance = thresholds.at("cluster").get<double>();
    } else {
      embedder.max_distance = threshold_of_pack(settings, embedder.fingerprint);
    }
    return embedder;
  }
  throw Error(ErrorKind::bad_data,
              "the manifest of the run names no embedder: it is damaged, or the faces were never "
              "embedded; run 'screenalytics harvest' again");
}

CastSeeds read_cast(const Settings& settings, const std::string& fingerprint, Progress& progress) {
  CastSeeds cast{.match = settings.match};
  if (settings.show.empty()) return cast;
  int left_out = 0;
  for (const CastMember& member : Facebank(settings.data, settings.show).members()) {
    cast.names[member.cast_id] = member.name;
    for (const SeedPhoto& seed : member.seeds) {
      if (seed.fingerprint == fingerprint) {
        cast.seeds.push_back({member.cast_id, seed.embedding});
      } else {
        ++left_out;
      }
    }
  }
  if (left_out > 0) {
    progress.warn(std::to_string(left_out) + " seed(s) of show '" + settings.show +
                  "' were made with another model than this run and are left out: run "
                  "'screenalytics facebank verify'");
  }
  if (cast.seeds.empty())
    progress.warn("show '" + settings.show + "' has no seed to compare with: nobody gets a name");
  return cast;
}

}  // namespace screenalytics
