// SPDX-License-Identifier: MIT
#pragma once

#include "run/harvest_run.h"
#include "store/json_lines.h"

#include <filesystem>

namespace screenalytics {

/// How near a finished run is to the truth (docs/artifacts.md, "eval"), from its artifacts only:
/// detections and tracks on the sampled frames, people when `cluster` ran, seconds when
/// `screentime` ran. What a run lacks is left out and named in "notes". Throws Error{not_found,
/// bad_data}.
Json evaluate_run(const Settings& settings,
                  const std::filesystem::path& truth,
                  const RunContext& context);

}  // namespace screenalytics
