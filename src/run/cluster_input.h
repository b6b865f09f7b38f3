// SPDX-License-Identifier: MIT
#pragma once

#include "identify/match_cast.h"
#include "identify/track_facts.h"
#include "run/cluster_settings.h"
#include "run/progress.h"
#include "run/settings.h"
#include "store/run_artifacts.h"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace screenalytics {

/// What the cluster stage works on: the tracks of a run and what was found out about each.
struct ClusterInput {
  std::vector<TrackRecord> tracks;
  std::vector<TrackFacts> facts;  ///< of the same tracks, in the same order
  std::vector<FacePair> seen;     ///< positions of tracks that were on screen at once
};

/// Reads tracks.jsonl and tracks.npy. Throws Error{not_found, io, bad_data}.
ClusterInput read_cluster_input(const RunFolder& run, const VoiceOptions& options);

/// The embedder that made a run's embeddings, as its manifest says.
struct RunEmbedder {
  std::string name;
  std::string fingerprint;
  std::optional<double> max_distance;  ///< its calibrated threshold, where manifest or pack know it
};
RunEmbedder embedder_of(const Json& manifest, const Settings& settings);

/// Seeds of `settings.show` that can be compared with the run's embeddings, and the names of the
/// cast; others are left out with a warning. Empty without a show.
struct CastSeeds {
  std::vector<Seed> seeds;
  std::map<std::string, std::string> names;  ///< by cast_id
  MatchOptions match;
};
CastSeeds read_cast(const Settings& settings, const std::string& fingerprint, Progress& progress);

}  // namespace screenalytics
