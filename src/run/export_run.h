// SPDX-License-Identifier: MIT
#pragma once

#include "export/mot.h"
#include "run/harvest_run.h"

#include <filesystem>
#include <string>
#include <vector>

namespace screenalytics {

struct ExportRequest {
  std::vector<std::string> formats;  ///< names of `export_formats`
  std::filesystem::path out;         ///< folder; empty: <data>/<ep_id>/export
  MotIds mot_ids = MotIds::identity;
};

/// What each format is called, in the order in which they are written.
std::vector<std::string> export_formats();

/// "json,csv" or "all" as names of formats. Throws Error{bad_usage} that lists those there are.
std::vector<std::string> read_export_formats(const std::string& list);

/// Writes the formats from a run's artifacts; screen time is measured first where it is missing or
/// stale. Files of an earlier export are replaced. Returns their paths. Throws Error.
std::vector<std::filesystem::path> export_run(const Settings& settings,
                                              const ExportRequest& request,
                                              const RunContext& context);

}  // namespace screenalytics
