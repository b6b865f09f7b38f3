// SPDX-License-Identifier: MIT
#include "limit/urgency.h"

#include <gtest/gtest.h>
#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>

namespace screenalytics {
namespace {

bool is_in_real_time() { return (sched_getscheduler(0) & ~SCHED_RESET_ON_FORK) == SCHED_FIFO; }

enum Finding : int { kFine, kUrgentUnasked, kImpatient, kNotUrgentAgain };

/// In a process of its own, which may have become urgent.
Finding look(bool urgent) {
  if (urgent) become_urgent();
  const bool before = is_in_real_time();
  {
    const Patience patience;
    if (is_in_real_time()) return kImpatient;
  }
  if (is_in_real_time() != before) return kNotUrgentAgain;
  return !urgent && before ? kUrgentUnasked : kFine;
}

int found_in_a_child(bool urgent) {
  const pid_t child = fork();
  if (child == 0) _exit(look(urgent));
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST(Patience, LeavesRealTimeForAsLongAsItLives) { EXPECT_EQ(found_in_a_child(true), kFine); }

TEST(Patience, DoesNotMakeAnybodyUrgent) { EXPECT_EQ(found_in_a_child(false), kFine); }

}  // namespace
}  // namespace screenalytics
