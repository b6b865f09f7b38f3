// SPDX-License-Identifier: MIT
#pragma once

#include "run/manifest.h"
#include "store/json_lines.h"
#include "store/run_folder.h"

#include <chrono>
#include <string>
#include <vector>

namespace screenalytics {

/// The stages of a run in the order of the data: each reads what those before it wrote.
inline constexpr const char* kStages[] = {
    "detect_track", "faces_embed", "cluster", "screentime", "report"};

/// "done", "stale", "running" (began, never finished) or "missing".
std::string stage_status(const Json& manifest, const std::string& stage);

/// Marks every stage after `stage` that was there as stale, with the reason.
void mark_later_stale(Json& manifest, const std::string& stage);

/// The same where no manifest tells: what later stages left in the folder (identities.json, ...).
void mark_leftovers_stale(Json& manifest, const RunFolder& run, const std::string& stage);

/// Marks a stage that is done, and those after it, as stale in the run's manifest; nothing happens
/// to a run where it is not done. Throws Error{busy} while another process works on the run.
void mark_stage_stale(const RunFolder& run, const std::string& stage, const std::string& reason);

/// The newest finished run, or the named one. Throws Error{not_found}.
RunFolder find_finished_run(const Settings& settings);

/// One stage that works from a run's artifacts only. It holds the run's lock. The manifest never
/// vouches for what is being replaced: from the beginning on the stage is "running" and its outputs
/// are not listed, later stages are stale; `finish` lists the outputs and says "done".
class ArtifactStage {
 public:
  /// `outputs`: names of the stage's artifacts, relative to the run; one that ends in '/' stands
  /// for everything below that folder. Throws Error{busy, not_found, bad_data}.
  ArtifactStage(const RunFolder& run,
                std::string stage,
                std::vector<std::string> outputs,
                const RunContext& context);
  const RunFolder& run() const { return run_; }
  const Json& manifest() const { return manifest_; }
  /// Written to manifest.stages.<stage> beside status, time, command and CPU. `more` is merged into
  /// the manifest's top level (counts, say). Returns the manifest.
  Json finish(const Json& settings, const Json& more = Json::object());

 private:
  RunFolder run_;
  RunLock lock_;
  const std::string stage_;
  const std::vector<std::string> outputs_;
  const RunContext& context_;
  const CpuStart began_;
  Json manifest_;
};

}  // namespace screenalytics
