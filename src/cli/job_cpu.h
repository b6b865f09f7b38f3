// SPDX-License-Identifier: MIT
#pragma once

#include "budget/cpu_budget.h"
#include "budget/cpu_enforcement.h"
#include "budget/cpu_sampler.h"
#include "cli/surroundings.h"
#include "run/progress.h"
#include "run/settings.h"

namespace screenalytics {

/// The cap of one job and what holds it. Make it before any library starts a thread.
class JobCpu {
 public:
  /// Throws Error{bad_usage} for a cap that cannot be.
  JobCpu(const Settings& settings, const Surroundings& around);
  const CpuCap& cap() const { return cap_; }
  CpuBudget& budget() { return budget_; }
  SamplerOptions sampling() { return {.cap_percent = cap_.percent, .enforcement = &enforcement_}; }
  /// Says what is in force, and why it is less than what was asked for. Then steps back behind what
  /// else the machine does: the calling thread, and those that it starts from here on.
  void begin(Progress& progress);
  /// With --cpu-strict: throws Error{over_cap} when a second was more than 1 % above the cap.
  void check(const CpuReport& report) const;

 private:
  const Settings& settings_;
  const CpuAllowance allowance_;
  const CpuCap cap_;
  CpuBudget budget_;
  CpuEnforcement enforcement_;
};

}  // namespace screenalytics
