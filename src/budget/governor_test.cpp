// SPDX-License-Identifier: MIT
#include "budget/governor.h"

#include "budget/cpu_budget.h"
#include "budget/cpu_windows.h"
#include "budget/test_children.h"

#include <memory>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace screenalytics {
namespace {

using std::chrono::milliseconds;

// Threads that always want a core; each keeps its permit for so long.
class Workers {
 public:
  Workers(CpuBudget& budget, int count, milliseconds hold) {
    for (int i = 0; i < count; ++i) {
      threads_.emplace_back([&budget, hold](const std::stop_token& stop) {
        while (!stop.stop_requested()) {
          const auto permit = budget.acquire({}, Stage::other);
          burn_cpu(hold);
        }
      });
    }
  }

 private:
  std::vector<std::jthread> threads_;
};

// Windows that begin every 10 ms.
CpuWindows watch(milliseconds length) {
  ProcessTree tree(getpid());
  CpuWindows windows;
  const auto end = std::chrono::steady_clock::now() + length;
  while (std::chrono::steady_clock::now() < end) {
    const auto reading = tree.read();
    windows.add(reading.at, reading.cpu);
    std::this_thread::sleep_for(milliseconds(10));
  }
  return windows;
}

struct Held {
  CpuWindows windows;
  std::chrono::nanoseconds held_back{};
};

Held under(double percent, int permits, milliseconds hold) {
  CpuBudget budget(permits);
  Governor governor(budget.computing(), percent);
  const Workers workers(budget, permits + 1, hold);
  std::this_thread::sleep_for(milliseconds(20));
  return {watch(milliseconds(1200)), governor.held_back()};
}

TEST(Governor, HoldsAFractionOfACoreInEveryTenthOfASecond) {
  const auto held = under(40, 1, milliseconds(3));
  EXPECT_LE(held.windows.use(0)->max, 45);
  EXPECT_LE(held.windows.use(1)->max, 41);
  EXPECT_GE(held.windows.mean(), 10);
  EXPECT_GT(held.held_back, milliseconds(0));
}

TEST(Governor, HoldsBackALongComputationInsideAPermit) {
  const auto held = under(30, 1, milliseconds(300));
  EXPECT_LE(held.windows.use(0)->max, 35);
  EXPECT_GE(held.windows.mean(), 5);
}

TEST(Governor, OneThreadGoesOnWhileTheOtherWaits) {
  const auto held = under(140, 2, milliseconds(50));
  EXPECT_LE(held.windows.use(0)->max, 145);
  EXPECT_LE(held.windows.use(1)->max, 141);
  EXPECT_GE(held.windows.mean(), 20);
}

TEST(Governor, CountsThreadsWithoutAPermit) {
  CpuBudget budget(1);
  const Governor governor(budget.computing(), 50);
  std::jthread stray([](const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      burn_cpu(milliseconds(1));
      std::this_thread::sleep_for(milliseconds(3));
    }
  });
  const Workers workers(budget, 1, milliseconds(2));
  std::this_thread::sleep_for(milliseconds(20));
  EXPECT_LE(watch(milliseconds(1000)).use(0)->max, 55);
}

TEST(Governor, StopsChildrenOfTheTreeAndLetsThemGo) {
  CpuBudget budget(1);
  Child child([] { burn_cpu(std::chrono::seconds(20)); });
  {
    const Governor governor(budget.computing(), 25);
    std::this_thread::sleep_for(milliseconds(50));
    const auto windows = watch(milliseconds(1000));
    EXPECT_LE(windows.use(0)->max, 31);
    EXPECT_GE(windows.mean(), 5);
  }
  ProcessTree tree(child.id());
  const auto before = tree.read().cpu;
  EXPECT_TRUE(eventually([&] { return tree.read().cpu > before + milliseconds(100); }));
}

TEST(Governor, UnderAFractionTheEndOfTheProcessIsPaidForInAdvance) {
  CpuBudget budget(1);
  auto governor = std::make_unique<Governor>(budget.computing(), 10);
  const auto began = std::chrono::steady_clock::now();
  governor.reset();
  // 12 ms of one core: nine times that is waited for.
  EXPECT_GE(std::chrono::steady_clock::now() - began, milliseconds(100));
}

TEST(Governor, WorkThatFitsIsNotHeldBack) {
  CpuBudget budget(1);
  const Governor governor(budget.computing(), 100);
  for (int i = 0; i < 20; ++i) {
    const auto permit = budget.acquire({}, Stage::other);
    burn_cpu(milliseconds(1));
    std::this_thread::sleep_for(milliseconds(5));
  }
  EXPECT_EQ(governor.held_back().count(), 0);
}

TEST(ComputingThreads, AParkedThreadComputesNothingUntilItIsLetGo) {
  ComputingThreads threads;
  std::atomic<std::int64_t> rounds = 0;
  std::jthread worker([&](const std::stop_token& stop) {
    threads.enter();
    while (!stop.stop_requested()) ++rounds;
    threads.leave();
  });
  EXPECT_TRUE(eventually([&] { return rounds > 1000; }));
  threads.allow(0);
  EXPECT_TRUE(eventually([&] {
    const auto before = rounds.load();
    std::this_thread::sleep_for(milliseconds(5));
    return rounds == before;
  }));
  threads.allow_all();
  const auto before = rounds.load();
  EXPECT_TRUE(eventually([&] { return rounds > before + 1000; }));
}

TEST(ComputingThreads, AThreadThatComesWhileNoneMayRunWaitsAtOnce) {
  ComputingThreads threads;
  threads.allow(0);
  std::atomic<bool> through = false;
  std::jthread worker([&] {
    threads.enter();
    through = true;
    threads.leave();
  });
  EXPECT_TRUE(eventually([&] { return threads.count() == 1; }));
  std::this_thread::sleep_for(milliseconds(10));
  EXPECT_FALSE(through);
  threads.allow_all();
  worker.join();
  EXPECT_TRUE(through);
  EXPECT_EQ(threads.count(), 0);
}

TEST(ComputingThreads, WhenOneLeavesAParkedOneGoesOn) {
  ComputingThreads threads;
  threads.allow(1);
  threads.enter();
  std::atomic<bool> through = false;
  std::jthread worker([&] {
    threads.enter();
    through = true;
    threads.leave();
  });
  EXPECT_TRUE(eventually([&] { return threads.count() == 2; }));
  EXPECT_FALSE(through);
  threads.leave();
  worker.join();
  EXPECT_TRUE(through);
}

TEST(ComputingThreads, AShieldedThreadIsParkedAfterwards) {
  ComputingThreads threads;
  std::atomic<int> place = 0;
  std::jthread worker([&] {
    threads.enter();
    {
      const ComputingThreads::Shield shield;
      place = 1;
      while (place == 1) std::this_thread::yield();
    }
    place = 3;
    threads.leave();
  });
  EXPECT_TRUE(eventually([&] { return place == 1; }));
  threads.allow(0);
  place = 2;
  std::this_thread::sleep_for(milliseconds(10));
  EXPECT_EQ(place, 2);
  threads.allow_all();
  EXPECT_TRUE(eventually([&] { return place == 3; }));
}

}  // namespace
}  // namespace screenalytics
