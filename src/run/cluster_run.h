// SPDX-License-Identifier: MIT
#pragma once

#include "core/identity.h"
#include "run/cluster_input.h"
#include "run/cluster_settings.h"
#include "run/harvest_run.h"

#include <cstddef>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace screenalytics {

/// Who is who, before ids: all numbers are positions in ClusterInput::tracks, and each is in one
/// place only.
struct ClusterDraft {
  std::vector<PersonDraft> people;
  std::map<std::size_t, std::string> unknown;  ///< reason by track
  std::vector<IdentityConflict> conflicts;
};

/// Groups the tracks of one run and names them. Pure.
ClusterDraft cluster_tracks(const ClusterInput& input,
                            double max_distance,
                            const CastSeeds& cast,
                            const ClusterSettings& settings);

struct ClusterResult {
  RunFolder run;
  Identities identities;
  Json json;  ///< identities.json
  Json manifest;
};

/// The stage `cluster` of a finished run (`settings.run_id`, else the newest): reads tracks.jsonl
/// and tracks.npy, applies the decisions of humans (people.jsonl), writes identities.json, marks
/// later stages stale. Throws Error.
ClusterResult cluster_run(const Settings& settings,
                          const ClusterSettings& clustering,
                          const RunContext& context);

struct ClusterRequest {
  Settings settings;
  ClusterSettings clustering;
};
/// What the command line says about clustering, and which of the names in it were given there.
struct ClusterWishes {
  ClusterSettings clustering;
  std::set<std::string> given;
};
/// The settings with which the run was clustered last, where it was, but for what is wished
/// otherwise; `wishes` alone where it never was.
ClusterRequest as_clustered_before(const Settings& settings, const ClusterWishes& wishes = {});

}  // namespace screenalytics
