// SPDX-License-Identifier: MIT
#pragma once

#include "budget/cpu_limits.h"
#include "limit/limit_plan.h"

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

namespace screenalytics {

struct LimitOptions {
  std::vector<std::string> command;  ///< program and its arguments
  LimitRequest limit;
  std::filesystem::path report;           ///< JSON file; empty: none
  bool quiet = false;                     ///< no words of ours on standard error, but for errors
  std::chrono::milliseconds grace{2000};  ///< from asking processes to end until killing them
};

/// Runs a command and everything that it starts under a CPU cap, on our own standard streams, and
/// returns its exit code: 128 + N when signal N killed it, 127 when it was not found, 126 when it
/// could not be run. Throws Error before anything was started.
///
/// Two processes stand around the command. The wrapper, which the caller knows, passes signals on.
/// The keeper, its child, is the parent of the command, adopts what the command leaves behind,
/// holds the cap and measures; it has a session of its own, so nothing that is sent to the terminal
/// or to the process group reaches it. When one of the two dies, the other ends the command with
/// all that it started: SIGTERM, and SIGKILL after `grace`. While the wrapper is stopped, so is the
/// command. Only for a process with one thread.
int run_limited(const LimitOptions& options, const CpuAllowance& allowance);

}  // namespace screenalytics
