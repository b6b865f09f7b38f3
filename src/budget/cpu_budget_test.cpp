// SPDX-License-Identifier: MIT
#include "budget/cpu_budget.h"

#include "core/error.h"

#include <atomic>
#include <optional>
#include <set>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
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

// Runs `work` on several threads at once and waits for all of them.
template <typename Work>
void on_threads(std::size_t count, const Work& work) {
  std::vector<std::jthread> threads;
  threads.reserve(count);
  for (std::size_t i = 0; i < count; ++i) threads.emplace_back(work);
}

void raise_to(std::atomic<int>& most, int value) {
  int seen = most;
  while (value > seen && !most.compare_exchange_weak(seen, value)) {
  }
}

// What threads that take and give back cores saw.
struct Crowd {
  std::atomic<int> computing = 0;
  std::atomic<int> most = 0;
  std::atomic<int> rounds = 0;

  void work(CpuBudget& budget) {
    for (int round = 0; round < 200; ++round) {
      const auto permit = budget.acquire({}, Stage::detect);
      raise_to(most, ++computing);
      ++rounds;
      --computing;
    }
  }
};

TEST(CpuBudget, NeverLendsMoreThanItsCores) {
  CpuBudget budget(2);
  Crowd crowd;
  on_threads(8, [&] { crowd.work(budget); });
  EXPECT_EQ(crowd.rounds, 1600);
  EXPECT_LE(crowd.most, 2);
  EXPECT_THAT(budget.peak(), testing::AllOf(testing::Ge(1), testing::Le(2)));
}

TEST(CpuBudget, OneCoreServesSeveralThreadsOneAtATime) {
  CpuBudget budget(1);
  int unguarded = 0;  // the permit is the only thing that keeps the threads apart
  on_threads(4, [&] {
    for (int round = 0; round < 500; ++round) {
      const auto permit = budget.acquire({}, Stage::other);
      ++unguarded;
    }
  });
  EXPECT_EQ(unguarded, 2000);
  EXPECT_EQ(budget.peak(), 1);
}

bool is_cancelled(CpuBudget& budget, const std::stop_token& stop) {
  try {
    const auto permit = budget.acquire(stop, Stage::other);
    return false;
  } catch (const Error& error) {
    return error.kind() == ErrorKind::cancelled;
  }
}

TEST(CpuBudget, CancellingAWaiterThrowsAndLeavesTheCoreForOthers) {
  CpuBudget budget(1);
  std::optional<CpuBudget::Permit> held(budget.acquire({}, Stage::other));
  std::stop_source stop;
  std::atomic<bool> cancelled = false;
  std::atomic<bool> served = false;
  std::jthread first([&] { cancelled = is_cancelled(budget, stop.get_token()); });
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
  EXPECT_TRUE(is_cancelled(budget, stop.get_token()));
  EXPECT_EQ(budget.peak(), 0);
  const auto permit = budget.acquire({}, Stage::other);
  EXPECT_EQ(budget.peak(), 1);
}

// Takes a core again and again until told to end.
void insist(CpuBudget& budget, const std::atomic<bool>& end, std::atomic<int>& rounds) {
  while (!end) {
    const auto permit = budget.acquire({}, Stage::other);
    ++rounds;
  }
}

TEST(CpuBudget, NobodyStarvesWhileOthersKeepAsking) {
  CpuBudget budget(1);
  std::atomic<bool> served = false;
  std::atomic<int> rounds = 0;
  std::jthread others([&] { on_threads(3, [&] { insist(budget, served, rounds); }); });
  while (rounds < 10) std::this_thread::yield();
  {
    const auto permit = budget.acquire({}, Stage::other);
    served = true;
  }
  EXPECT_GE(rounds, 10);
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
