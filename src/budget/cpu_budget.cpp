// SPDX-License-Identifier: MIT
#include "budget/cpu_budget.h"

#include "core/error.h"

#include <algorithm>
#include <string>
#include <utility>

#include <time.h>

namespace screenalytics {
namespace {

constexpr std::array<std::string_view, kStageCount> kStageNames{"start",
                                                                "index",
                                                                "decode",
                                                                "scale",
                                                                "detect",
                                                                "shots",
                                                                "crop",
                                                                "track",
                                                                "embed",
                                                                "pool",
                                                                "images",
                                                                "encode",
                                                                "write",
                                                                "hash",
                                                                "transfer",
                                                                "other"};

std::chrono::nanoseconds thread_cpu() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec);
}

}  // namespace

std::string_view name_of(Stage stage) { return kStageNames[static_cast<std::size_t>(stage)]; }

CpuBudget::Permit::Permit(CpuBudget& budget, Stage stage)
    : budget_(&budget), stage_(stage), since_(thread_cpu()) {
  budget.computing_.enter();
}

CpuBudget::Permit::Permit(Permit&& other) noexcept
    : budget_(std::exchange(other.budget_, nullptr)), stage_(other.stage_), since_(other.since_) {}

CpuBudget::Permit::~Permit() {
  if (budget_ == nullptr) return;
  budget_->computing_.leave();
  budget_->give_back(stage_, thread_cpu() - since_);
}

void CpuBudget::Permit::enter(Stage stage) {
  const auto now = thread_cpu();
  {
    const ComputingThreads::Shield shield;
    budget_->book(stage_, now - since_);
  }
  stage_ = stage;
  since_ = now;
}

CpuBudget::CpuBudget(int cores) : cores_(cores) {
  if (cores < 1) {
    throw Error(ErrorKind::bad_usage,
                "a CPU budget needs at least 1 core, not " + std::to_string(cores));
  }
}

CpuBudget::Permit CpuBudget::acquire(const std::stop_token& stop, Stage stage) {
  std::unique_lock lock(mutex_);
  const std::uint64_t ticket = next_ticket_++;
  waiting_.push_back(ticket);
  const bool mine = freed_.wait(lock, stop, [&] {
    return stop.stop_requested() || (lent_ < cores_ && waiting_.front() == ticket);
  });
  std::erase(waiting_, ticket);
  // Whoever is next may be able to go: a core may still be free, or this one gave up the first
  // place.
  if (lent_ < cores_) freed_.notify_all();
  if (!mine || stop.stop_requested()) {
    throw Error(ErrorKind::cancelled, "stopped while waiting for a CPU core");
  }
  ++lent_;
  peak_ = std::max(peak_, lent_);
  lock.unlock();
  return {*this, stage};
}

int CpuBudget::peak() const {
  const ComputingThreads::Shield shield;
  const std::lock_guard lock(mutex_);
  return peak_;
}

StageTimes CpuBudget::times() const {
  const ComputingThreads::Shield shield;
  const std::lock_guard lock(mutex_);
  return times_;
}

void CpuBudget::book(Stage stage, std::chrono::nanoseconds used) {
  const std::lock_guard lock(mutex_);
  times_[static_cast<std::size_t>(stage)] += used;
}

void CpuBudget::give_back(Stage stage, std::chrono::nanoseconds used) {
  {
    const std::lock_guard lock(mutex_);
    times_[static_cast<std::size_t>(stage)] += used;
    --lent_;
  }
  freed_.notify_all();
}

}  // namespace screenalytics
