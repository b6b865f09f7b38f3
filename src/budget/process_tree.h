// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <vector>

#include <sys/types.h>

namespace screenalytics {

/// A reading of a process and of all that it started.
struct TreeReading {
  std::chrono::steady_clock::time_point at;
  std::chrono::nanoseconds cpu{};  ///< user and system time of the living and of the waited-for
  int processes = 0;
  int threads = 0;
  std::int64_t rss_bytes = 0;  ///< resident memory, shared pages counted in each process
};

/// Measures the CPU time of a process tree, to the nanosecond where the kernel has it. The kernel
/// books the time of a running thread at its ticks (every 4 ms at 250 Hz) and at switches, so a
/// plain look from outside is up to a tick a CPU late: own threads are asked one by one, which
/// books them; when there are other processes, the reading thread visits every CPU of its mask
/// first, which makes what ran there switch. A child that ended counts once, with its parent, when
/// it was waited for; what nobody waits for keeps its last reading. Time never goes backwards.
///
/// A wrapper measures itself (`getpid()`), so that children that it waited for are exact, and makes
/// itself a child subreaper, so that what its children leave behind stays in the tree.
/// Not thread-safe. Elsewhere than on Linux, children count when they have been waited for.
class ProcessTree {
 public:
  explicit ProcessTree(pid_t root);
  TreeReading read();
  /// The CPU time alone: cheaper while there are no other processes.
  std::chrono::nanoseconds cpu();
  /// Alive at the last reading, the root first.
  std::vector<pid_t> members() const;

 private:
  struct Known {
    bool ours = false;
    std::uint64_t started = 0;  // tells a reused number
  };
  struct Counts {
    std::chrono::nanoseconds cpu{};
    int processes = 0;
    int threads = 0;
    std::int64_t pages = 0;
  };
  TreeReading read(bool counts);
  void find_members();
  Counts count_members(bool all);
  std::chrono::nanoseconds steady(std::chrono::nanoseconds raw);

  const pid_t root_;
  std::map<pid_t, Known> known_;
  std::vector<pid_t> members_;
  std::vector<int> cpus_;  // to visit before others are measured
  std::chrono::nanoseconds lost_{};
  std::chrono::nanoseconds reported_{};
  bool dipped_ = false;
};

/// User and system time of children that have been waited for.
std::chrono::nanoseconds waited_for_cpu();

}  // namespace screenalytics
