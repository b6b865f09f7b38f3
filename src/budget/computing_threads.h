// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <mutex>
#include <vector>

namespace screenalytics {

/// The threads that hold a permit, and the means to park them wherever they are: a parked thread
/// sleeps inside a signal handler (SIGURG, which nothing else uses and whose default is to be
/// ignored) until it is let go. System calls that block are restarted. Threads without a permit
/// (progress, signals, sampler) are never touched. Thread-safe.
class ComputingThreads {
 public:
  ComputingThreads();
  ~ComputingThreads();
  ComputingThreads(const ComputingThreads&) = delete;
  ComputingThreads& operator=(const ComputingThreads&) = delete;

  /// The calling thread computes from here on; it is parked at once when no more may run.
  void enter();
  /// The calling thread is done. It must not end before.
  void leave();
  /// At most so many run, the others are parked; they take turns from one call that lowers the
  /// number to the next.
  void allow(int running);
  void allow_all();
  /// Threads that have entered.
  int count() const;

  /// While one lives, the calling thread is not parked (it holds a lock that others need).
  class [[nodiscard]] Shield {
   public:
    Shield();
    ~Shield();
    Shield(const Shield&) = delete;
    Shield& operator=(const Shield&) = delete;
  };

 private:
  struct Spot;
  void balance();

  mutable std::mutex mutex_;                  // guards spots_, allowed_
  std::vector<std::unique_ptr<Spot>> spots_;  // the first ones run
  int allowed_;
};

}  // namespace screenalytics
