// SPDX-License-Identifier: MIT
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <stop_token>
#include <thread>
#include <type_traits>
#include <vector>

namespace screenalytics {

/// Threads that run jobs in the order in which they were submitted. A job that computes takes a CPU
/// permit itself; the pool knows nothing of budgets. The destructor lets running jobs finish and
/// drops those that never started (their futures then throw std::future_error).
class WorkerPool {
 public:
  explicit WorkerPool(int workers);
  ~WorkerPool();
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  template <typename Job>
  auto submit(Job job) -> std::future<std::invoke_result_t<Job>> {
    auto task = std::make_shared<std::packaged_task<std::invoke_result_t<Job>()>>(std::move(job));
    auto result = task->get_future();
    push([task] { (*task)(); });
    return result;
  }

 private:
  void push(std::function<void()> job);
  void work(const std::stop_token& stop);

  std::mutex mutex_;  // guards jobs_
  std::condition_variable_any ready_;
  std::deque<std::function<void()>> jobs_;
  std::vector<std::jthread> threads_;
};

}  // namespace screenalytics
