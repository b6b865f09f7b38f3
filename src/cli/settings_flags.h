// SPDX-License-Identifier: MIT
#pragma once

#include "cli/surroundings.h"
#include "run/settings.h"

#include <CLI/CLI.hpp>

namespace screenalytics {

/// Which flags a command takes.
enum class FlagSet {
  harvest,
  detect_track,
  faces_embed,
  facebank,
  season,    ///< works from the artifacts of many episodes
  analysis,  ///< works from a run's artifacts, without the video and without models
};

/// How much CPU, and how that is held. `cpu` must outlive the parse.
void add_cpu_flags(CLI::App& command, CpuOptions& cpu);

/// Tuning of the stages that work from artifacts.
void add_analysis_tuning(CLI::App& command, Settings& settings);

/// Adds the flags to `command`; they write into `settings`, which must outlive the parse.
void add_flags(CLI::App& command, FlagSet set, Settings& settings);

}  // namespace screenalytics
