// SPDX-License-Identifier: MIT
#pragma once

#include "core/error.h"
#include "report/bench_report.h"
#include "run/settings.h"

#include <filesystem>
#include <functional>
#include <stop_token>
#include <string>

namespace screenalytics {

/// The kind of failure that an exit code of this program stands for.
using KindOfExit = ErrorKind (*)(int exit_code);

struct BenchRequest {
  std::filesystem::path program;  ///< this program, which is run once for each row
  std::filesystem::path out;      ///< folder for bench.md, bench.json, bench.svg
  double cap_percent = 300;       ///< as planned: not above what this machine gives
  int cpus = 1;                   ///< that the program may use
  int rounds = 1;
  KindOfExit kind_of = nullptr;
  bool keep_runs = false;  ///< the harvests stay in <out>/runs
};

/// The table that started this project, on any video: the same harvest five times, from one face a
/// model call with the libraries' own threads and no cap to the defaults. Each is a process of its
/// own, one after the other, in rounds; its figures come from what it measured (manifest.json,
/// cpu.csv). `say` gets a line before and after each. Throws Error of the harvest that failed;
/// Error{cancelled} when asked to stop.
BenchReport bench(const Settings& settings,
                  const BenchRequest& request,
                  const std::stop_token& stop,
                  const std::function<void(const std::string&)>& say);

}  // namespace screenalytics
