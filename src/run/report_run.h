// SPDX-License-Identifier: MIT
#pragma once

#include "core/screen_time.h"
#include "run/harvest_run.h"

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace screenalytics {

/// A stage whose result the report shows, and how to run it on the run that `settings` name.
struct EarlierStage {
  std::string name;
  std::function<void(const Settings& settings, const RunContext& context)> run;
  bool again = false;  ///< also when it is done: other settings were asked for
};

struct ReportOptions {
  std::filesystem::path copy;  ///< also written here, when named
  std::vector<EarlierStage>
      earlier;  ///< in their order; run when missing or stale, and that is said
};

struct ReportResult {
  RunFolder run;
  EpisodeScreenTime time;
  std::filesystem::path page;  ///< the file to open
};

/// The stage "report": identities.json, screentime.json, tracks, thumbnails, manifest and cpu.csv
/// -> report/index.html, one file that needs nothing else. Throws Error.
ReportResult write_report(const Settings& settings,
                          const ReportOptions& options,
                          const RunContext& context);

}  // namespace screenalytics
