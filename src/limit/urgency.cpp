// SPDX-License-Identifier: MIT
#include "limit/urgency.h"

#ifdef __linux__
#include <cstdint>

#include <sched.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>
#endif

namespace screenalytics {

#ifdef __linux__

namespace {

// sched_setattr(2); the C library has no name for it yet.
struct SchedulingAttributes {
  std::uint32_t size = sizeof(SchedulingAttributes);
  std::uint32_t policy = SCHED_OTHER;
  std::uint64_t flags = SCHED_RESET_ON_FORK;
  std::int32_t nice = 0;
  std::uint32_t priority = 0;
  std::uint64_t runtime = 0;  // the time slice, for SCHED_OTHER (Linux 6.12 and later)
  std::uint64_t deadline = 0;
  std::uint64_t period = 0;
};

constexpr std::uint64_t kShortSlice = 100'000;  // nanoseconds

bool enter_real_time() {
  sched_param lowest{};
  lowest.sched_priority = 1;
  return ::sched_setscheduler(0, SCHED_FIFO | SCHED_RESET_ON_FORK, &lowest) == 0;
}

}  // namespace

Patience::Patience()
    : was_real_time_((::sched_getscheduler(0) & ~SCHED_RESET_ON_FORK) == SCHED_FIFO) {
  const sched_param none{};
  if (was_real_time_) ::sched_setscheduler(0, SCHED_OTHER | SCHED_RESET_ON_FORK, &none);
}

Patience::~Patience() {
  if (was_real_time_) enter_real_time();
}

void become_urgent() {
  ::prctl(PR_SET_TIMERSLACK, 1UL, 0UL, 0UL, 0UL);
  if (enter_real_time()) return;
  SchedulingAttributes wanted;
  wanted.nice = ::getpriority(PRIO_PROCESS, 0);
  wanted.runtime = kShortSlice;
  (void)::syscall(SYS_sched_setattr, 0, &wanted, 0U);
}

void adopt_orphans() { ::prctl(PR_SET_CHILD_SUBREAPER, 1UL, 0UL, 0UL, 0UL); }

#else

Patience::Patience() = default;
Patience::~Patience() = default;
void become_urgent() {}
void adopt_orphans() {}

#endif

}  // namespace screenalytics
