// SPDX-License-Identifier: MIT
#pragma once

#include "run/harvest_run.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace screenalytics {

/// One way to harvest the same video, and what came of it.
struct DeterminismTry {
  std::string what;                    ///< e.g. "2 workers"
  double seconds = 0;                  ///< on the clock
  std::int64_t segments = 0;           ///< the work was cut into
  std::int64_t resumed = 0;            ///< of them, there already when the last process began
  std::vector<std::string> different;  ///< artifacts that are not the first run's; empty: the same
};

struct DeterminismRequest {
  std::filesystem::path program;   ///< this program
  std::vector<std::string> words;  ///< of `harvest` that every run gets: video, models, settings
  std::filesystem::path data;      ///< where the runs go: an empty folder
};

/// Differences of two finished runs, by name: artifacts (size and SHA-256), counts that do not
/// depend on how the work was cut, and every fault that verify_run finds in the second.
std::vector<std::string> differing(const std::filesystem::path& run_a,
                                   const std::filesystem::path& run_b);

/// Harvests the video again and again in processes of its own: with other numbers of workers, CPU
/// caps and segment lengths, stopped (SIGINT) and killed (SIGKILL) on the way and resumed; each run
/// is compared with the first. `done` hears of each as it ends. Computes nothing itself but
/// checksums, under a permit. Throws Error when a harvest fails; Error{cancelled} on request.
std::vector<DeterminismTry> try_determinism(const DeterminismRequest& request,
                                            const RunContext& context,
                                            const std::function<void(const DeterminismTry&)>& done);

}  // namespace screenalytics
