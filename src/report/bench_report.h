// SPDX-License-Identifier: MIT
#pragma once

#include "report/episode_report.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace screenalytics {

/// One way of doing the same harvest, and what it cost.
struct BenchRow {
  std::string name;                   ///< "baseline"
  std::string what;                   ///< what it adds to the row above, in words
  std::optional<double> cap_percent;  ///< of one core; empty: not held
  double wall_seconds = 0;
  double cpu_seconds = 0;
  double mean_percent = 0;
  std::optional<double> max_second;  ///< busiest 1 s window, percent; empty: the run was shorter
  std::optional<double> max_tenth;   ///< busiest 0.1 s window
  std::int64_t frames = 0;           ///< looked at
  std::int64_t detector_calls = 0;
  std::int64_t embedder_calls = 0;
  std::int64_t faces = 0;  ///< embedded
  std::int64_t threads = 0;
  std::vector<CpuUse> points;
};

struct BenchReport {
  std::string video;
  double video_seconds = 0;
  int width = 0;
  int height = 0;
  std::string sampling;  ///< "6 frames a second"
  int cpus = 0;          ///< that the program may use
  double cap_percent = 0;
  int rounds = 1;  ///< the one with the least CPU seconds is shown
  std::vector<BenchRow> rows;
};

/// Length of the episode that figures are extrapolated to: 42 minutes.
inline constexpr double kEpisodeSeconds = 42 * 60;

/// A value of this video, for an episode of 42 minutes: in proportion to the length.
double extrapolated(double value, const BenchReport& bench);

/// The table with what each row means and how it was extrapolated, in Markdown.
std::string bench_markdown(const BenchReport& bench);

/// CPU use over time, one panel a row under each other on one time axis, the cap drawn in; an SVG
/// file of its own that reads in light and dark.
std::string bench_plot(const BenchReport& bench);

}  // namespace screenalytics
