// SPDX-License-Identifier: MIT
#pragma once

#include "budget/computing_threads.h"
#include "budget/process_tree.h"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <stop_token>
#include <thread>

namespace screenalytics {

/// Keeps the CPU time of this process, its children included, under a rate without any privilege.
/// Time allowed flows into a bucket of a few milliseconds; time used is taken out; when it is
/// empty, computing threads are parked (as many as needed: at 130 % one of two), other processes of
/// the tree are stopped, until it is full again. So over any stretch of time the use is at most the
/// rate plus one bucket: 4 points over the cap in 0.1 s, 0.4 in a second. See docs/decisions/0008.
class Governor {
 public:
  /// `percent` of one core. Both must outlive it.
  Governor(ComputingThreads& threads, double percent);
  ~Governor();
  Governor(const Governor&) = delete;
  Governor& operator=(const Governor&) = delete;
  /// How long some thread was kept waiting so far.
  std::chrono::nanoseconds held_back() const { return std::chrono::nanoseconds(held_back_); }

 private:
  void govern(const std::stop_token& stop);
  std::chrono::nanoseconds step();
  void measure();
  void hold(int running);
  void release();

  ComputingThreads& threads_;
  const double rate_;   // seconds of CPU a second
  const int floor_;     // threads that may run while the others are parked
  const double cores_;  // that can be busy at once
  ProcessTree tree_;
  std::vector<pid_t> stopped_;
  std::chrono::steady_clock::time_point at_;
  std::chrono::nanoseconds cpu_;
  double level_;  // seconds of CPU time in the bucket
  bool holding_ = false;
  bool all_held_ = false;
  std::atomic<std::int64_t> held_back_ = 0;
  std::mutex mutex_;  // only to wait on
  std::condition_variable_any wake_;
  std::jthread thread_;
};

}  // namespace screenalytics
