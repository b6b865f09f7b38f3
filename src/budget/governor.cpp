// SPDX-License-Identifier: MIT
#include "budget/governor.h"

#include "budget/thread_care.h"

#include <algorithm>
#include <cmath>
#include <csignal>

#include <unistd.h>

namespace screenalytics {
namespace {

using std::chrono::nanoseconds;
using std::chrono::steady_clock;
using Seconds = std::chrono::duration<double>;

constexpr double kDepth = 0.0033;
// A bucket that overflows because we woke late would lose what was allowed.
constexpr double kSpare = 0.0004;
// Nearer than this to empty or full is as good as there.
constexpr double kNear = 0.0001;
// Below this, parking some threads was not enough.
constexpr double kTooDeep = -0.0015;
constexpr double kShortestSleep = 0.0002;
constexpr double kLongestSleep = 0.1;
// What the end of a process takes when nobody holds it back any more: paid for in advance.
constexpr double kEnd = 0.012;
constexpr double kLongestEnd = 0.5;

// A process that was started a moment ago has used CPU time, on one thread, before anybody held it
// back.
double first_level(double rate, nanoseconds used) {
  const double ahead = Seconds(used).count() * std::max(0.0, 1 - rate);
  return std::max(kDepth - ahead, -kLongestSleep * rate);
}

nanoseconds in_sleep(double seconds) {
  return std::chrono::duration_cast<nanoseconds>(
      Seconds(std::clamp(seconds, kShortestSleep, kLongestSleep)));
}

}  // namespace

Governor::Governor(ComputingThreads& threads, double percent)
    : threads_(threads),
      rate_(percent / 100),
      floor_(static_cast<int>(std::ceil(rate_ - 1e-6)) - 1),
      cores_(std::ceil(rate_ - 1e-6)),
      tree_(getpid()),
      at_(steady_clock::now()),
      cpu_(tree_.cpu()),
      level_(first_level(rate_, cpu_)) {
  thread_ = std::jthread([this](const std::stop_token& stop) { govern(stop); });
}

Governor::~Governor() {
  thread_.request_stop();
  thread_.join();
  if (rate_ < 1) {
    const double pause = kEnd * (1 / rate_ - 1);
    std::this_thread::sleep_for(Seconds(std::min(pause, kLongestEnd)));
  }
  release();
}

void Governor::govern(const std::stop_token& stop) {
  wake_on_time();
  std::unique_lock lock(mutex_);
  while (!stop.stop_requested()) {
    const auto sleep = step();
    wake_.wait_for(lock, stop, sleep, [] { return false; });
  }
}

// One look; what comes back is how long to sleep.
nanoseconds Governor::step() {
  measure();
  if (!holding_) {
    if (level_ > kNear) {
      // More than the cores of the cap cannot be busy, unless children left them.
      const double drain = std::max(cores_ - rate_, 0.02);
      return in_sleep(level_ / drain);
    }
    hold(tree_.members().size() > 1 ? 0 : floor_);
  } else if (level_ >= kDepth - kNear) {
    release();
    return in_sleep(level_ / std::max(cores_ - rate_, 0.02));
  } else if (!all_held_ && level_ < kTooDeep) {
    hold(0);
  }
  const double refill = all_held_ ? rate_ : rate_ - floor_;
  return in_sleep((kDepth - level_) / refill);
}

void Governor::measure() {
  const auto now = steady_clock::now();
  const auto cpu = tree_.cpu();
  const auto passed = now - at_;
  level_ += rate_ * Seconds(passed).count() - Seconds(cpu - cpu_).count();
  level_ = std::min(level_, kDepth + kSpare);
  if (holding_) held_back_ += nanoseconds(passed).count();
  at_ = now;
  cpu_ = cpu;
}

void Governor::hold(int running) {
  holding_ = true;
  all_held_ = running == 0;
  threads_.allow(running);
  if (!all_held_) return;
  for (const pid_t process : tree_.members()) {
    if (process != getpid() && kill(process, SIGSTOP) == 0) stopped_.push_back(process);
  }
}

void Governor::release() {
  for (const pid_t process : stopped_) kill(process, SIGCONT);
  stopped_.clear();
  holding_ = false;
  all_held_ = false;
  threads_.allow_all();
}

}  // namespace screenalytics
