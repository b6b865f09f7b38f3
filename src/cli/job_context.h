// SPDX-License-Identifier: MIT
#pragma once

#include "budget/cpu_budget.h"
#include "budget/cpu_limits.h"
#include "cli/commands.h"
#include "cli/progress_sinks.h"
#include "cli/text.h"
#include "core/error.h"
#include "run/harvest_run.h"

#include <chrono>
#include <stop_token>
#include <string>

namespace screenalytics {

/// Throws Error{bad_usage} that names every fault of the settings.
void check(const Settings& settings);

/// Cap, budget and progress around one job; the last state is "done", "stopped" or "failed".
template <typename Job>
auto with_context(const Request& request,
                  const Surroundings& around,
                  const std::stop_token& stop,
                  Job job) {
  check(request.settings);
  const CpuCap cap = apply_cap(
      request.settings.cpu_limit, read_allowance(around.slurm_cpus), around.enforce_cpu_limit);
  CpuBudget budget(cap.permits);
  const auto sink = make_progress_sink(request.progress);
  Progress progress(*sink, std::chrono::milliseconds(500));
  for (const std::string& note : cap.notes)
    progress.say("CPU cap " + fixed(cap.percent, 0) + " %: " + note);
  try {
    auto result = job(RunContext{.budget = budget,
                                 .cap = cap,
                                 .progress = progress,
                                 .stop = stop,
                                 .command = request.command});
    progress.finish("done");
    return result;
  } catch (const Error& error) {
    const bool stopped = error.kind() == ErrorKind::cancelled;
    progress.finish(stopped ? "stopped" : "failed");
    if (!stopped) throw;
    throw Error(ErrorKind::cancelled,
                "stopped; what was finished is kept: run the same command again to go on");
  } catch (...) {
    progress.finish("failed");
    throw;
  }
}

}  // namespace screenalytics
