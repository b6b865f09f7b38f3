// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <vector>

#include <sys/types.h>

namespace screenalytics {

/// What one look at /proc/PID/stat tells.
struct ProcessLook {
  char state = '?';                   ///< 'T': stopped by a signal, 'Z': ended, not waited for
  pid_t group = 0;                    ///< process group
  std::chrono::nanoseconds waited{};  ///< CPU time of the children that it waited for, to 10 ms
  std::uint64_t started = 0;          ///< tells a reused number
};
/// Empty when there is no such process, or no /proc.
std::optional<ProcessLook> look_at_process(pid_t process);

/// CPU time of all its threads, dead ones included; what runs right now is up to a tick late.
std::chrono::nanoseconds cpu_of_process(pid_t process);

/// Everything below a process, parents before their children, without the process itself.
std::vector<pid_t> processes_below(pid_t process);

/// Grows whenever a process or thread is started on this machine; -1 when it cannot be read.
std::int64_t newest_process();

/// The threads of a process.
std::vector<pid_t> threads_of(pid_t process);

}  // namespace screenalytics
