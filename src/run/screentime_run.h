// SPDX-License-Identifier: MIT
#pragma once

#include "core/screen_time.h"
#include "run/harvest_run.h"

#include <filesystem>
#include <string>
#include <vector>

namespace screenalytics {

struct MeasuredRun {
  RunFolder run;
  EpisodeScreenTime time;
  Json manifest;
};

/// The stage `screentime` of a finished run (`settings.run_id`, else the newest): reads
/// identities.json, tracks.jsonl, shots.jsonl and samples.jsonl, writes screentime.json and
/// screentime.csv, marks later stages stale. Clusters first where that is missing or stale, and
/// that is said. Throws Error.
MeasuredRun measure_run(const Settings& settings, const RunContext& context);

/// The same from what is there; measured first where screentime.json is missing or stale, and that
/// is said.
MeasuredRun measured_run(const Settings& settings, const RunContext& context);

}  // namespace screenalytics
