// SPDX-License-Identifier: MIT
#pragma once

#include "budget/cpu_budget.h"
#include "budget/cpu_limits.h"
#include "run/progress.h"
#include "run/run_writer.h"
#include "run/settings.h"

#include <chrono>
#include <stop_token>
#include <string>

namespace screenalytics {

enum class HarvestStage {
  detect_track,  ///< stop after tracks
  harvest,       ///< detections, tracks, faces
};

/// What every way in hands to a run.
struct RunContext {
  CpuBudget& budget;
  const CpuCap& cap;
  Progress& progress;
  std::stop_token stop;  ///< finish the segments under way, keep what is there, leave
  std::string command;   ///< as the user typed it, for the manifest
  /// For a run that another process works on.
  std::chrono::duration<double> longest_wait{0};
};

struct RunResult {
  RunFolder run;
  RunCounts counts;
  Json manifest;
};

/// The main job: video file -> artifacts of one run. Resumes a run that was stopped (same input,
/// same settings): only segments without a finished record are scanned. Throws Error;
/// Error{cancelled} leaves a resumable run.
RunResult harvest(const Settings& settings, HarvestStage stage, const RunContext& context);

/// faces-embed: reads tracks.jsonl of a run, decodes only the frames it needs, each once, and
/// writes faces.jsonl, faces.npy, tracks.npy, pictures, and tracks.jsonl with the faces' fields.
RunResult embed_faces(const Settings& settings, const RunContext& context);

}  // namespace screenalytics
