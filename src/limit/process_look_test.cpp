// SPDX-License-Identifier: MIT
#include "limit/process_look.h"

#include "limit/test_commands.h"

#include <algorithm>

#include <gmock/gmock.h>

namespace screenalytics {
namespace {

using namespace std::chrono_literals;
using testing::Contains;
using testing::IsEmpty;

TEST(ProcessLook, TellsTheStateAndTheGroup) {
  const auto own = look_at_process(getpid());
  ASSERT_TRUE(own);
  EXPECT_EQ(own->state, 'R');
  EXPECT_EQ(own->group, getpgrp());
  EXPECT_GT(own->started, 0U);
  EXPECT_FALSE(look_at_process(0x7ffffff));
}

TEST(ProcessLook, ListsWhatIsBelowAProcessParentsFirst) {
  const pid_t child = fork();
  if (child == 0) {
    if (fork() == 0) pause();
    pause();
    _exit(0);
  }
  std::vector<pid_t> below;
  EXPECT_TRUE(eventually([&] { return (below = processes_below(getpid())).size() == 2; }));
  EXPECT_EQ(below.at(0), child);
  EXPECT_THAT(processes_below(child), Contains(below.at(1)));
  for (const pid_t process : below) ::kill(process, SIGKILL);
  ::waitpid(child, nullptr, 0);
  EXPECT_TRUE(eventually([&] { return processes_below(getpid()).empty(); }));
}

TEST(ProcessLook, CountsCpuTimeAndNewProcesses) {
  const auto before = cpu_of_process(getpid());
  const auto newest = newest_process();
  EXPECT_GT(newest, 0);
  while (cpu_of_process(getpid()) < before + 2ms) {
  }
  std::jthread([] {}).join();
  EXPECT_NE(newest_process(), newest);
  EXPECT_THAT(threads_of(getpid()), Contains(getpid()));
  EXPECT_THAT(threads_of(0x7ffffff), IsEmpty());
}

}  // namespace
}  // namespace screenalytics
