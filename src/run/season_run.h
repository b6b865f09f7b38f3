// SPDX-License-Identifier: MIT
#pragma once

#include "run/harvest_run.h"
#include "screentime/season.h"

#include <filesystem>
#include <string>
#include <vector>

namespace screenalytics {

struct SeasonRequest {
  std::vector<std::string> episodes;  ///< empty: every episode with a finished run
  std::string show;                   ///< only episodes whose people this show's facebank named
  std::filesystem::path out;  ///< folder of season.json and season.csv; empty: the data folder
};

struct SeasonResult {
  std::vector<std::string> episodes;  ///< their names
  Season season;
  std::filesystem::path json;
  std::filesystem::path csv;
};

/// Adds up the newest finished run of each episode and writes season.json and season.csv. Screen
/// time that is missing or stale is measured first. Throws Error.
SeasonResult season_run(const Settings& settings,
                        const SeasonRequest& request,
                        const RunContext& context);

}  // namespace screenalytics
