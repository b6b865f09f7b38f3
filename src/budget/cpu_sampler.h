// SPDX-License-Identifier: MIT
#pragma once

#include "budget/cpu_enforcement.h"
#include "budget/cpu_windows.h"
#include "budget/process_tree.h"

#include <array>
#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

namespace screenalytics {

struct SamplerOptions {
  std::chrono::milliseconds interval{100};
  double cap_percent = 0;                 ///< 0: no cap to compare with
  CpuEnforcement* enforcement = nullptr;  ///< looked after once a second; must outlive the sampler
};

/// What was measured so far.
struct CpuReport {
  TreeReading last;
  std::array<std::optional<WindowUse>, kWindowLengths.size()> windows;  ///< of kWindowLengths
  int peak_threads = 0;
  std::int64_t peak_rss_bytes = 0;
  std::chrono::nanoseconds throttled{};  ///< kept waiting by the group or the governor
  std::int64_t over_cap_events = 0;      ///< readings more than 50 points above the cap
  std::chrono::nanoseconds own_cpu{};    ///< what measuring cost
  std::optional<EnforcementState> enforcement;
};

/// CPU use in the busiest second, in percent of one core. A run that ended before a second had
/// passed lies whole in one second, whose use is then all that it took.
double busiest_second(const CpuReport& report);

/// A thread that reads the CPU use of the process and all its children ten times a second, whether
/// or not a cap is enforced. Thread-safe.
class CpuSampler {
 public:
  explicit CpuSampler(const SamplerOptions& options);
  ~CpuSampler();
  CpuSampler(const CpuSampler&) = delete;
  CpuSampler& operator=(const CpuSampler&) = delete;

  /// Takes a reading now, so that the report ends here.
  CpuReport report();
  /// The name in the rows from here on.
  void phase(const std::string& name);
  /// From now on, and for what was read before, rows go to this file (it is replaced): one line a
  /// reading, written about once a second.
  void save_to(const std::filesystem::path& file);
  /// More threads than this are worth a warning.
  void expect_threads(int most);
  /// What should be said since the last call.
  std::vector<std::string> take_warnings();

 private:
  void run(const std::stop_token& stop);
  void look(bool row);
  void write_row();
  void flush();
  void judge();

  const SamplerOptions options_;
  std::mutex mutex_;  // guards what follows
  ProcessTree tree_;
  CpuWindows windows_;
  CpuReport report_;
  TreeReading row_;  // the last one in the file
  std::chrono::steady_clock::time_point began_;
  std::string phase_ = "start";
  std::filesystem::path path_;
  std::ofstream file_;
  std::string rows_;  // not written yet
  bool keeps_rows_ = true;
  int expected_threads_ = 0;
  bool said_over_cap_ = false;
  std::vector<std::string> warnings_;
  std::condition_variable_any wake_;
  std::jthread thread_;
};

}  // namespace screenalytics
