// SPDX-License-Identifier: MIT
#pragma once

#include "budget/cpu_budget.h"
#include "budget/cpu_sampler.h"
#include "store/json_lines.h"

namespace screenalytics {

/// What the sampler measured and what was in force: the part that progress.json and the manifest
/// share.
Json describe_use(const CpuReport& report);

/// CPU seconds of every stage that used any.
Json describe_stage_times(const StageTimes& times);

}  // namespace screenalytics
