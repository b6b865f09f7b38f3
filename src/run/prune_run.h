// SPDX-License-Identifier: MIT
#pragma once

#include "run/settings.h"
#include "store/run_folder.h"

#include <cstdint>
#include <string>
#include <vector>

namespace screenalytics {

struct PruneOptions {
  int keep = 1;          ///< finished runs to keep of each episode
  bool dry_run = false;  ///< only say what would go
};

/// A run that goes, or one that could not although it is old.
struct PrunedRun {
  std::string ep_id;
  std::string run_id;
  std::uint64_t bytes = 0;
  std::string reason;  ///< in words
  bool gone = false;   ///< with a dry run: would go
};

/// Removes old runs of the named episode, or of all. Of each episode the newest `keep` finished
/// runs stay (newest by name, as every other command takes it, and newest by time), everything when
/// none is finished, unfinished runs that were worked on after the newest finished one, runs that
/// another process works on, and a run on which a human decided something that the newest run with
/// people could not take over. Decisions themselves lie beside the runs and always stay. A run goes
/// out of sight in one step and is then removed; what a crash leaves of it is removed by the next
/// call. Throws Error{not_found, io}.
std::vector<PrunedRun> prune_runs(const Settings& settings, const PruneOptions& options);

}  // namespace screenalytics
