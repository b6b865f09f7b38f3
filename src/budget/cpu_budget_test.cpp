// SPDX-License-Identifier: MIT
#include "budget/cpu_budget.h"

#include "core/error.h"

#include <atomic>
#include <latch>
#include <optional>
#include <set>
#include <thread>
#include <vector>

#include <gtest/gtest.h>
#include <time.h>

namespace screenalytics {
namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;

// Computes until this thread's own CPU clock has moved on by `amount`.
void burn(nanoseconds amount) {
  const auto now = [] {
    timespec time{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return std::chrono::seconds(time.tv_sec) + nanoseconds(time.tv_nsec);
  };
  const auto end = now() + amount;
  while (now() < end) {
  }
}

nanoseconds time_of(const CpuBudget& budget, Stage stage) {
  return budget.times()[static_cast<std::size_t>(stage)];
}

TEST(CpuBudget, NeverLendsMoreThanItsCores) {
  CpuBudget budget(2);
  std::atomic<int> computing = 0;
  std::atomic<int> most = 0;
  std::atomic<int> rounds = 0;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 8; ++i) {
      threads.emplace_back([&] {
        for (int round = 0; round < 200; ++round) {
          const auto permit = budget.acquire({}, Stage::detect);
          const int now = ++computing;
          int seen = most;
          while (now > seen && !most.compare_exchange_weak(seen, now)) {
          }
          ++rounds;
          --computing;
        }
      });
    }
  }
  EXPECT_EQ(rounds, 1600);
  EXPECT_LE(most, 2);
  EXPECT_LE(budget.peak(), 2);
  EXPECT_GE(budget.peak(), 1);
}

TEST(CpuBudget, OneCoreServesSeveralThreadsOneAtATime) {
  CpuBudget budget(1);
  int unguarded = 0;  // the permit is the only thing that keeps the threads apart
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([&] {
        for (int round = 0; round < 500; ++round) {
          const auto permit = budget.acquire({}, Stage::other);
          ++unguarded;
        }
      });
    }
  }
  EXPECT_EQ(unguarded, 2000);
  EXPECT_EQ(budget.peak(), 1);
}

TEST(CpuBudget, CancellingAWaiterThrowsAndLeavesTheCoreForOthers) {
  CpuBudget budget(1);
  std::optional<CpuBudget::Permit> held(budget.acquire({}, Stage::other));
  std::stop_source stop;
  std::atomic<bool> cancelled = false;
  std::atomic<bool> served = false;
  std::latch ready(1);
  std::jthread first([&] {
    ready.count_down();
    try {
      const auto permit = budget.acquire(stop.get_token(), Stage::other);
    } catch (const Error& error) {
      cancelled = error.kind() == ErrorKind::cancelled;
    }
  });
  ready.wait();
  std::jthread second([&] {
    const auto permit = budget.acquire({}, Stage::other);
    served = true;
  });
  stop.request_stop();
  first.join();
  EXPECT_TRUE(cancelled);
  EXPECT_FALSE(served);
  held.reset();
  second.join();
  EXPECT_TRUE(served);
}

TEST(CpuBudget, AStoppedCallerGetsNoCoreEvenWhenOneIsFree) {
  CpuBudget budget(1);
  std::stop_source stop;
  stop.request_stop();
  EXPECT_THROW((void)budget.acquire(stop.get_token(), Stage::other), Error);
  EXPECT_EQ(budget.peak(), 0);
  const auto permit = budget.acquire({}, Stage::other);
  EXPECT_EQ(budget.peak(), 1);
}

TEST(CpuBudget, NobodyStarvesWhileOthersKeepAsking) {
  CpuBudget budget(1);
  std::atomic<bool> served = false;
  std::atomic<int> greedy_rounds = 0;
  std::vector<std::jthread> greedy;
  for (int i = 0; i < 3; ++i) {
    greedy.emplace_back([&] {
      while (!served) {
        const auto permit = budget.acquire({}, Stage::other);
        ++greedy_rounds;
      }
    });
  }
  while (greedy_rounds < 10) std::this_thread::yield();
  {
    const auto permit = budget.acquire({}, Stage::other);
    served = true;
  }
  EXPECT_GE(greedy_rounds, 10);
}

TEST(CpuBudget, BooksCpuTimeOnTheStageThatUsedIt) {
  CpuBudget budget(1);
  {
    auto permit = budget.acquire({}, Stage::decode);
    burn(milliseconds(20));
    permit.enter(Stage::detect);
    burn(milliseconds(10));
  }
  burn(milliseconds(20));  // without a permit: nobody's
  EXPECT_GE(time_of(budget, Stage::decode), milliseconds(20));
  EXPECT_LT(time_of(budget, Stage::decode), milliseconds(30));
  EXPECT_GE(time_of(budget, Stage::detect), milliseconds(10));
  EXPECT_LT(time_of(budget, Stage::detect), milliseconds(20));
  EXPECT_EQ(time_of(budget, Stage::embed).count(), 0);
}

TEST(CpuBudget, WaitingCostsNoBookedTime) {
  CpuBudget budget(1);
  std::optional<CpuBudget::Permit> held(budget.acquire({}, Stage::decode));
  std::jthread waiter([&] { const auto permit = budget.acquire({}, Stage::embed); });
  burn(milliseconds(20));
  held.reset();
  waiter.join();
  EXPECT_LT(time_of(budget, Stage::embed), milliseconds(5));
}

TEST(CpuBudget, AMovedPermitIsGivenBackOnce) {
  CpuBudget budget(1);
  {
    auto first = budget.acquire({}, Stage::other);
    const auto second = std::move(first);
  }
  const auto again = budget.acquire({}, Stage::other);
  EXPECT_EQ(budget.peak(), 1);
}

TEST(CpuBudget, RefusesLessThanOneCore) { EXPECT_THROW(CpuBudget(0), Error); }

TEST(CpuBudget, EveryStageHasItsOwnName) {
  std::set<std::string_view> names;
  for (std::size_t i = 0; i < kStageCount; ++i) names.insert(name_of(static_cast<Stage>(i)));
  EXPECT_EQ(names.size(), kStageCount);
  EXPECT_EQ(name_of(Stage::decode), "decode");
  EXPECT_EQ(name_of(Stage::other), "other");
}

}  // namespace
}  // namespace screenalytics
