// SPDX-License-Identifier: MIT
#include "budget/process_tree.h"

#include "budget/test_children.h"

#include <latch>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace screenalytics {
namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;

TEST(ProcessTree, SeesItsOwnTimeAndThreads) {
  ProcessTree tree(getpid());
  const auto before = tree.read();
  std::latch end(1);
  std::jthread waiting([&] { end.wait(); });
  burn_cpu(milliseconds(30));
  const auto after = tree.read();
  end.count_down();
  EXPECT_GE(after.cpu - before.cpu, milliseconds(30));
  EXPECT_EQ(after.threads, before.threads + 1);
  EXPECT_EQ(after.processes, 1);
  EXPECT_GT(after.rss_bytes, 1 << 16);
}

// The kernel alone would show another thread's time only at its next tick.
TEST(ProcessTree, AnotherThreadsTimeIsUpToDate) {
  std::atomic<bool> over = false;
  std::atomic<std::int64_t> spent = 0;
  std::jthread busy([&] {
    while (!over) spent = thread_cpu_now().count();
  });
  while (spent == 0) std::this_thread::yield();
  ProcessTree tree(getpid());
  for (int i = 0; i < 50; ++i) {
    const auto before = nanoseconds(spent);
    const auto first = tree.read();
    while (nanoseconds(spent) < before + milliseconds(2)) std::this_thread::yield();
    EXPECT_GE(tree.read().cpu - first.cpu, milliseconds(1)) << i;
  }
  over = true;
}

TEST(ProcessTree, CountsALivingChildAndItsChild) {
  ProcessTree tree(getpid());
  const auto before = tree.read();
  const Child child([] {
    const Child grandchild([] { burn_cpu(milliseconds(60)); });
    burn_cpu(milliseconds(40));
    pause_forever();
  });
  EXPECT_TRUE(eventually([&] { return tree.read().cpu - before.cpu >= milliseconds(95); }));
  EXPECT_EQ(tree.read().processes, 3);
  EXPECT_THAT(tree.members(), testing::Contains(child.id()));
}

TEST(ProcessTree, AWaitedForChildCountsOnce) {
  ProcessTree tree(getpid());
  const auto before = tree.read();
  const auto own_before = own_cpu();
  {
    Child child([] { burn_cpu(milliseconds(50)); });
    EXPECT_TRUE(eventually([&] { return tree.read().cpu - before.cpu >= milliseconds(50); }));
    child.wait();
  }
  for (int i = 0; i < 4; ++i) (void)tree.read();
  const auto used = tree.read().cpu - before.cpu - (own_cpu() - own_before);
  EXPECT_GE(used, milliseconds(49));
  EXPECT_LT(used, milliseconds(75));
  EXPECT_EQ(tree.read().processes, 1);
}

// With SIGCHLD ignored the kernel throws the time of ended children away.
TEST(ProcessTree, WhatNobodyWaitsForKeepsItsLastReading) {
  signal(SIGCHLD, SIG_IGN);
  ProcessTree tree(getpid());
  const auto before = tree.read();
  {
    const Child child([] {
      burn_cpu(milliseconds(80));
      pause_forever();
    });
    EXPECT_TRUE(eventually([&] { return tree.read().cpu - before.cpu >= milliseconds(80); }));
  }
  for (int i = 0; i < 3; ++i) (void)tree.read();
  const auto steady = tree.read().cpu;
  EXPECT_GE(steady - before.cpu, milliseconds(80));
  burn_cpu(milliseconds(50));
  EXPECT_GE(tree.read().cpu - steady, milliseconds(50));
  signal(SIGCHLD, SIG_DFL);
}

TEST(ProcessTree, OfAnotherProcessEndsWithIt) {
  Child child([] {
    burn_cpu(milliseconds(30));
    pause_forever();
  });
  ProcessTree tree(child.id());
  EXPECT_TRUE(eventually([&] { return tree.read().cpu >= milliseconds(30); }));
  EXPECT_EQ(tree.read().processes, 1);
  EXPECT_EQ(tree.read().threads, 1);
  child.kill();
  const auto last = tree.read();
  EXPECT_EQ(last.processes, 0);
  EXPECT_GE(last.cpu, milliseconds(30));
}

TEST(ProcessTree, TimeNeverGoesBackwards) {
  ProcessTree tree(getpid());
  auto last = tree.read().cpu;
  for (int i = 0; i < 15; ++i) {
    Child child([] {
      Child grandchild([] { burn_cpu(milliseconds(5)); });
      grandchild.wait();
    });
    for (int look = 0; look < 5; ++look) {
      const auto now = tree.read().cpu;
      EXPECT_GE(now, last);
      last = now;
    }
    child.wait();
  }
}

}  // namespace
}  // namespace screenalytics
