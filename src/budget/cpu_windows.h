// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <vector>

namespace screenalytics {

/// CPU use in windows of one length, in percent of one core.
struct WindowUse {
  double max = 0;
  double p99 = 0;
  double mean = 0;
};

inline constexpr std::array<std::chrono::milliseconds, 3> kWindowLengths{
    std::chrono::milliseconds(100),
    std::chrono::milliseconds(1000),
    std::chrono::milliseconds(10000)};

/// Use in windows of 0.1, 1 and 10 s that end at each reading. A window reaches back to the reading
/// whose distance is nearest to its length, and its use is taken over the time that really passed.
/// Memory does not grow with the number of readings.
class CpuWindows {
 public:
  /// `cpu` is the CPU time so far; both must not go backwards. The first reading begins.
  void add(std::chrono::steady_clock::time_point at, std::chrono::nanoseconds cpu);
  /// [i] belongs to kWindowLengths[i]; empty while no window of that length has passed.
  std::optional<WindowUse> use(std::size_t i) const;
  /// Use in the newest window of this length.
  std::optional<double> newest(std::size_t i) const;
  /// Over everything so far.
  double mean() const;

 private:
  struct Reading {
    std::chrono::steady_clock::time_point at;
    std::chrono::nanoseconds cpu{};
  };
  struct Tally {
    std::map<std::int64_t, std::int64_t> windows_of;  // tenths of a percent to number of windows
    std::int64_t count = 0;
    double max = 0;
    double sum = 0;
    double newest = 0;
  };
  static double percent(const Reading& from, const Reading& to);
  void close(std::size_t i);

  std::deque<Reading> readings_;  // the longest window, oldest first
  std::optional<Reading> first_;
  std::array<Tally, kWindowLengths.size()> tallies_;
};

}  // namespace screenalytics
