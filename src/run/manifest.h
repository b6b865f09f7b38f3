// SPDX-License-Identifier: MIT
#pragma once

#include "budget/cpu_budget.h"
#include "run/harvest_run.h"
#include "run/loaded_models.h"
#include "video/video_index.h"

#include <chrono>
#include <string>
#include <vector>

namespace screenalytics {

/// Container, codec, sizes, streams, times: what the manifest says of the input.
Json describe_input(const VideoInfo& info, const std::string& sha256);

/// What a stage's CPU use is counted from.
struct CpuStart {
  std::chrono::steady_clock::time_point at;
  std::chrono::nanoseconds cpu{};
  StageTimes times{};  ///< of the budget
};
/// For the first stage of a process: loading the program is part of it.
CpuStart since_process_start();
/// For a stage that may follow others in its process.
CpuStart since_now(const RunContext& context);

/// CPU use since then; windows, peaks and enforcement are those of the whole process.
Json describe_cpu(const RunContext& context, const CpuStart& start);

/// Faces, tracks, skips by reason, model calls.
Json describe_counts(const RunCounts& counts);

/// UTC, seconds.
std::string now_text();

}  // namespace screenalytics
