// SPDX-License-Identifier: MIT
#pragma once

#include "core/identity.h"
#include "run/cluster_input.h"
#include "run/cluster_settings.h"
#include "run/harvest_run.h"

#include <cstddef>
#include <functional>
#include <vector>

namespace screenalytics {

/// Who is who, before ids: all numbers are positions in ClusterInput::tracks, and each is in one
/// place only.
struct ClusterDraft {
  std::vector<PersonDraft> people;
  std::map<std::size_t, std::string> unknown;  ///< reason by track
  std::vector<std::size_t> ignored;
  std::vector<IdentityConflict> conflicts;
  std::int64_t edits_applied = 0;
  std::int64_t edits_unresolved = 0;
};

/// Where human decisions come in: what must or must not be one person before the grouping, and
/// names, moves and ignored tracks after it.
struct ClusterDecisions {
  std::function<void(const ClusterInput&, LinkageRules&)> before;
  std::function<void(const ClusterInput&, ClusterDraft&)> after;
};

/// Groups the tracks of one run and names them. Pure.
ClusterDraft cluster_tracks(const ClusterInput& input,
                            double max_distance,
                            const CastSeeds& cast,
                            const ClusterSettings& settings,
                            const ClusterDecisions& decisions = {});

struct ClusterResult {
  RunFolder run;
  Identities identities;
  Json json;  ///< identities.json
  Json manifest;
};

/// The stage `cluster` of a finished run (`settings.run_id`, else the newest): reads tracks.jsonl
/// and tracks.npy, writes identities.json, marks later stages stale. Throws Error.
ClusterResult cluster_run(const Settings& settings,
                          const ClusterSettings& clustering,
                          const ClusterDecisions& decisions,
                          const RunContext& context);

}  // namespace screenalytics
