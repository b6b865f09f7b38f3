// SPDX-License-Identifier: MIT
#pragma once

#include "budget/computing_threads.h"

#include <array>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <stop_token>
#include <string_view>

namespace screenalytics {

/// What a permit is used for: CPU seconds are reported by stage.
enum class Stage {
  start,
  index,
  decode,
  scale,
  detect,
  shots,
  crop,
  track,
  embed,
  pool,
  images,
  encode,
  write,
  hash,
  transfer,
  other
};
inline constexpr std::size_t kStageCount = 16;
std::string_view name_of(Stage stage);

/// CPU time by stage.
using StageTimes = std::array<std::chrono::nanoseconds, kStageCount>;

/// Lends cores. Whatever computes holds a Permit; whatever waits holds none, so at most `cores`
/// threads compute at any time. Cores go to threads in the order in which they asked. Thread-safe.
class CpuBudget {
 public:
  /// One core, given back in the destructor. Belongs to the thread that acquired it.
  class [[nodiscard]] Permit {
   public:
    Permit(Permit&& other) noexcept;
    Permit& operator=(Permit&&) = delete;
    ~Permit();
    /// CPU time of this thread is booked on `stage` from here on (thread CPU clock).
    void enter(Stage stage);

   private:
    friend class CpuBudget;
    Permit(CpuBudget& budget, Stage stage);
    CpuBudget* budget_;
    Stage stage_;
    std::chrono::nanoseconds since_;
  };

  explicit CpuBudget(int cores);
  /// Waits for a free core. Throws Error{cancelled} when `stop` is requested first.
  Permit acquire(const std::stop_token& stop, Stage stage);
  int cores() const { return cores_; }
  /// Highest number of permits out at once, so far.
  int peak() const;
  StageTimes times() const;
  /// The threads that hold a permit now.
  ComputingThreads& computing() { return computing_; }

 private:
  void give_back(Stage stage, std::chrono::nanoseconds used);
  void book(Stage stage, std::chrono::nanoseconds used);

  const int cores_;
  mutable std::mutex mutex_;  // guards waiting_, next_ticket_, lent_, peak_, times_
  std::condition_variable_any freed_;
  std::deque<std::uint64_t> waiting_;  // tickets in order of arrival
  std::uint64_t next_ticket_ = 0;
  int lent_ = 0;
  int peak_ = 0;
  StageTimes times_{};
  ComputingThreads computing_;
};

}  // namespace screenalytics
