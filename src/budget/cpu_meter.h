// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cstdint>

namespace screenalytics {

/// A reading of this process.
struct CpuReading {
  std::chrono::steady_clock::time_point at;
  std::chrono::nanoseconds
      cpu{};  ///< user and system time of the process and its waited-for children
  int threads = 0;
  std::int64_t rss_bytes = 0;       ///< resident memory now
  std::int64_t peak_rss_bytes = 0;  ///< its high-water mark
};
CpuReading read_cpu();

/// CPU use between two readings, in percent of one core.
double percent_between(const CpuReading& before, const CpuReading& after);

/// When this process was started: to 10 ms where the system says so, else when it first asks.
std::chrono::steady_clock::time_point process_start();

/// Number of threads of this process now.
int thread_count();

}  // namespace screenalytics
