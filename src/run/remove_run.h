// SPDX-License-Identifier: MIT
#pragma once

#include "run/sync_plan.h"

#include <string>
#include <vector>

namespace screenalytics {

/// Removes a run's manifest first (so that it is no run any more), then the files that it listed
/// and what a run keeps for itself (progress.json, cpu.csv, segments/), then folders that are
/// empty. Returns the names of files that are left because nobody lists them. The caller holds the
/// lock.
std::vector<std::string> remove_run_files(const RunFolder& run, const std::vector<RunFile>& files);

}  // namespace screenalytics
