// SPDX-License-Identifier: MIT
#include "budget/thread_care.h"

#include <sys/resource.h>
#ifdef __linux__
#include <cstdint>

#include <sched.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>
#endif

namespace screenalytics {

#ifdef __linux__

namespace {

// sched_setattr(2): the C library has no wrapper and no declaration.
struct SchedAttr {
  std::uint32_t size = 48;
  std::uint32_t policy = 0;
  std::uint64_t flags = 0;
  std::int32_t nice = 0;
  std::uint32_t priority = 0;
  std::uint64_t runtime = 0;
  std::uint64_t deadline = 0;
  std::uint64_t period = 0;
};

}  // namespace

void wake_on_time() {
  constexpr unsigned long kSlackNs = 20'000;
  constexpr std::uint64_t kSliceNs = 200'000;
  prctl(PR_SET_TIMERSLACK, kSlackNs);
  sched_param lowest{};
  lowest.sched_priority = 1;
  if (sched_setscheduler(0, SCHED_FIFO | SCHED_RESET_ON_FORK, &lowest) == 0) return;
  SchedAttr attributes;
  if (syscall(SYS_sched_getattr, 0, &attributes, sizeof attributes, 0) != 0) return;
  if (attributes.policy != 0) return;  // not the ordinary one: somebody knows better
  attributes.runtime = kSliceNs;
  syscall(SYS_sched_setattr, 0, &attributes, 0);
}

void step_back(int nice, DiskPriority disk) {
  // ioprio_set(2): the C library has no wrapper and no declaration.
  constexpr int kThread = 1;
  constexpr int kIdleClass = 3 << 13;
  setpriority(PRIO_PROCESS, 0, nice);  // on Linux: this thread
  if (disk == DiskPriority::idle) syscall(SYS_ioprio_set, kThread, 0, kIdleClass);
}

#else

void wake_on_time() {}

void step_back(int nice, DiskPriority) { setpriority(PRIO_PROCESS, 0, nice); }

#endif

}  // namespace screenalytics
