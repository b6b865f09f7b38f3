// SPDX-License-Identifier: MIT
#pragma once

#include "run/sync_run.h"

#include <cstdint>
#include <string>
#include <vector>

namespace screenalytics {

struct PullResult {
  RunFolder run;
  std::int64_t files = 0;    ///< of the run, the manifest included
  std::int64_t fetched = 0;  ///< the others were there from a pull that was stopped
  std::uint64_t fetched_bytes = 0;
  std::int64_t retries = 0;
  bool was_there = false;  ///< the same run lay here already
  std::string decisions;   ///< what came of the episode's log, in words; empty: nothing to say
  std::vector<TransferFailure> failures;  ///< not empty: nothing appeared in the data folder
};

/// Fetches a run that `sync` brought into the store. It is put together in `<data>/.pull`, every
/// file verified, checked as a whole, and only then seen in the data folder; a pull that was
/// stopped goes on. A run of that name that is there is never replaced: Error{bad_usage} unless it
/// is the same. The episode's decisions about people come with it, and never in the place of some
/// that were made here (run/sync_decisions.h). Throws Error{not_found} without a manifest in the
/// store, Error{no_space}.
PullResult pull_run(const Settings& settings,
                    const SyncRequest& request,
                    const RunContext& context);

}  // namespace screenalytics
