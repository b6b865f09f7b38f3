// SPDX-License-Identifier: MIT
#include "run/worker_pool.h"

#include <atomic>
#include <memory>
#include <stdexcept>

#include <gtest/gtest.h>

namespace screenalytics {
namespace {

TEST(WorkerPool, OneWorkerKeepsTheOrderOfSubmission) {
  std::vector<int> order;  // written by the one worker, read after the last future
  WorkerPool pool(1);
  std::vector<std::future<void>> jobs;
  for (int i = 0; i < 20; ++i) jobs.push_back(pool.submit([&order, i] { order.push_back(i); }));
  for (auto& job : jobs) job.get();
  ASSERT_EQ(order.size(), 20U);
  for (int i = 0; i < 20; ++i) EXPECT_EQ(order[static_cast<std::size_t>(i)], i);
}

TEST(WorkerPool, GivesEachResultToItsOwnFuture) {
  WorkerPool pool(4);
  std::vector<std::future<int>> jobs;
  for (int i = 0; i < 100; ++i) jobs.push_back(pool.submit([i] { return i * i; }));
  for (int i = 0; i < 100; ++i) EXPECT_EQ(jobs[static_cast<std::size_t>(i)].get(), i * i);
}

TEST(WorkerPool, TakesJobsThatCanOnlyBeMoved) {
  WorkerPool pool(1);
  auto job = pool.submit([value = std::make_unique<int>(7)] { return *value; });
  EXPECT_EQ(job.get(), 7);
}

TEST(WorkerPool, WorkersRunSideBySide) {
  WorkerPool pool(2);
  std::promise<void> first_is_there, second_is_there;
  auto first = pool.submit([&] {
    first_is_there.set_value();
    second_is_there.get_future().get();
  });
  auto second = pool.submit([&] {
    second_is_there.set_value();
    first_is_there.get_future().get();
  });
  first.get();
  second.get();
  SUCCEED() << "with one worker the first job would wait for ever";
}

TEST(WorkerPool, AnErrorComesOutOfItsFutureAndTheWorkerGoesOn) {
  WorkerPool pool(1);
  auto bad = pool.submit([]() -> int { throw std::runtime_error("broken"); });
  auto good = pool.submit([] { return 1; });
  EXPECT_THROW(bad.get(), std::runtime_error);
  EXPECT_EQ(good.get(), 1);
}

TEST(WorkerPool, TheEndWaitsForTheRunningJob) {
  std::atomic<bool> finished = false;
  std::promise<void> started;
  std::future<void> running;
  {
    WorkerPool pool(1);
    running = pool.submit([&] {
      started.set_value();
      finished = true;
    });
    started.get_future().get();
  }
  EXPECT_TRUE(finished);
  running.get();
}

TEST(WorkerPool, AtTheEndEveryJobHasRunOrIsDropped) {
  std::atomic<int> ran = 0;
  std::vector<std::future<void>> jobs;
  {
    WorkerPool pool(2);
    for (int i = 0; i < 200; ++i) jobs.push_back(pool.submit([&] { ++ran; }));
  }
  int done = 0, dropped = 0;
  for (auto& job : jobs) {
    try {
      job.get();
      ++done;
    } catch (const std::future_error& error) {
      EXPECT_EQ(error.code(), std::future_errc::broken_promise);
      ++dropped;
    }
  }
  EXPECT_EQ(done, ran);
  EXPECT_EQ(done + dropped, 200);
}

TEST(WorkerPool, NoWorkerMeansThatEveryJobIsDropped) {
  std::future<void> job;
  {
    WorkerPool pool(0);
    job = pool.submit([] {});
  }
  EXPECT_THROW(job.get(), std::future_error);
}

}  // namespace
}  // namespace screenalytics
