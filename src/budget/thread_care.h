// SPDX-License-Identifier: MIT
#pragma once

namespace screenalytics {

/// Asks the kernel to wake the calling thread close to the time it asked for, also beside busy
/// threads: little timer slack, and real time where that is allowed, else a short time slice, which
/// is served sooner. A system that knows none of it leaves things as they are. For a thread that
/// sleeps nearly always; what it starts does not inherit it.
void wake_on_time();

enum class DiskPriority {
  normal,
  idle,  ///< only when nobody else wants the disk
};

/// The calling thread, and the threads and processes that it starts from now on, step back behind
/// others: `nice` as in nice(1). A system that refuses leaves things as they are.
void step_back(int nice, DiskPriority disk);

}  // namespace screenalytics
