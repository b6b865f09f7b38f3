// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <vector>

#include <sys/types.h>

namespace screenalytics {

/// Holds what the calling process started, and all below it, to a share of its CPUs without any
/// privilege: stops the processes (SIGSTOP) for a part of every cycle of 8 ms and continues them
/// (SIGCONT). A process that somebody else stopped is left alone. The tree must run on `cpus` CPUs
/// at most, and so must the calling process, which sleeps between the steps and counts, too.
class TreeBrake {
 public:
  using Clock = std::chrono::steady_clock;

  TreeBrake(double percent, std::vector<int> cpus);
  ~TreeBrake() { let_go(); }
  TreeBrake(const TreeBrake&) = delete;
  TreeBrake& operator=(const TreeBrake&) = delete;

  /// Does what is due and says when to come back.
  Clock::time_point step();
  /// Everything that it stopped goes on, until the next step.
  void let_go();
  /// How long the tree was stopped, so far.
  std::chrono::nanoseconds stopped() const { return stopped_; }

 private:
  struct Member {
    std::uint64_t started = 0;  // tells a reused number
    bool stopped_by_us = false;
  };
  void begin_cycle(Clock::time_point now);
  bool leaves_enough();
  void book() const;
  void find();
  void stop_all();
  void stop(pid_t process);
  void account();

  const double share_;  // CPU time allowed in a unit of time
  const std::vector<int> cpus_;
  std::map<pid_t, Member> tree_;
  std::vector<pid_t> order_;  // parents before their children
  std::int64_t newest_ = -1;
  Clock::time_point begin_;  // of this cycle
  Clock::time_point counted_at_;
  Clock::time_point stopped_at_;
  bool resting_ = false;
  bool busy_ = true;                      // the last cycle took all that it might
  std::chrono::nanoseconds allowance_{};  // CPU time left in this cycle; negative: a debt
  std::chrono::nanoseconds used_{};
  std::chrono::nanoseconds used_in_cycle_{};
  std::chrono::nanoseconds stopped_{};
};

}  // namespace screenalytics
