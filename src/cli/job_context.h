// SPDX-License-Identifier: MIT
#pragma once

#include "cli/commands.h"
#include "cli/job_cpu.h"
#include "cli/progress_sinks.h"
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
  const auto sink = make_progress_sink(request.progress);
  JobCpu cpu(request.settings, around);
  Progress progress(*sink, std::chrono::milliseconds(500), cpu.sampling(), &cpu.budget());
  cpu.begin(progress);
  try {
    auto result =
        job(RunContext{.budget = cpu.budget(),
                       .cap = cpu.cap(),
                       .progress = progress,
                       .stop = stop,
                       .command = request.command,
                       .longest_wait = std::chrono::duration<double>(request.wait_seconds)});
    progress.finish("done");
    cpu.check(progress.cpu());
    return result;
  } catch (const Error& error) {
    const bool stopped = error.kind() == ErrorKind::cancelled;
    if (error.kind() != ErrorKind::over_cap) progress.finish(stopped ? "stopped" : "failed");
    if (!stopped) throw;
    throw Error(ErrorKind::cancelled,
                "stopped; what was finished is kept: run the same command again to go on");
  } catch (...) {
    progress.finish("failed");
    throw;
  }
}

/// The same for work of one thread that leaves no run behind: it holds a permit all the time.
template <typename Work>
auto with_permit(const Request& request,
                 const Surroundings& around,
                 const std::stop_token& stop,
                 Work work) {
  return with_context(request, around, stop, [&](const RunContext& context) {
    const auto permit = context.budget.acquire(context.stop, Stage::other);
    return work();
  });
}

/// A request that only says what is wrong: for commands whose work takes a moment.
Request quiet(Request request);

}  // namespace screenalytics
