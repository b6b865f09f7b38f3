// SPDX-License-Identifier: MIT
#pragma once

#include "budget/cpu_windows.h"
#include "limit/limit_plan.h"
#include "store/json_lines.h"

#include <string>
#include <vector>

namespace screenalytics {

/// How a limited command went.
struct LimitOutcome {
  std::vector<std::string> command;
  int exit_code = 0;
  int signal = 0;        ///< that killed the command; 0: none
  std::string ended_by;  ///< "command", "signal" (one sent to us), "wrapper" (it was killed)
  double wall_seconds = 0;
  double cpu_seconds = 0;  ///< of everything that ran
  CpuWindows windows;
  int threads = 0;    ///< most at once, without ours
  int processes = 0;  ///< the same
  double throttled_seconds =
      0;  ///< quota: CPU time that was asked for and refused; governor: stopped
  std::vector<std::string> events;  ///< what was out of the ordinary, in words
};

Json to_json(const LimitPlan& plan, const LimitOutcome& outcome);
/// For standard error at the end.
std::string one_line(const LimitPlan& plan, const LimitOutcome& outcome);

}  // namespace screenalytics
