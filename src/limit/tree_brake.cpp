// SPDX-License-Identifier: MIT
#include "limit/tree_brake.h"

#include "budget/cpu_mask.h"
#include "budget/process_tree.h"
#include "limit/process_look.h"

#include <algorithm>
#include <csignal>
#include <utility>

#include <unistd.h>

namespace screenalytics {
namespace {

using std::chrono::nanoseconds;

// Any 0.1 s then has whole cycles in it, but for a part at its ends: at most a quarter of a cycle
// for each CPU.
constexpr nanoseconds kCycle = std::chrono::milliseconds(8);
// A late step is not made up for by a long run.
constexpr nanoseconds kLongestCycle = 2 * kCycle;
// What is left over is not saved up, beyond what timers are inexact.
constexpr nanoseconds kMostSaved = std::chrono::microseconds(300);
constexpr nanoseconds kLargestDebt = 5 * kCycle;
constexpr nanoseconds kLeastRun = std::chrono::microseconds(500);
constexpr double kBusyShare = 0.85;
constexpr int kRounds = 4;

nanoseconds scaled(nanoseconds time, double factor) {
  return nanoseconds(static_cast<std::int64_t>(static_cast<double>(time.count()) * factor));
}

}  // namespace

TreeBrake::TreeBrake(double percent, std::vector<int> cpus)
    : share_(percent / 100), cpus_(std::move(cpus)), begin_(Clock::now()) {
  account();
}

TreeBrake::Clock::time_point TreeBrake::step() {
  const auto now = Clock::now();
  if (now >= begin_ + kCycle) begin_cycle(now);
  if (resting_) return begin_ + kCycle;
  const auto cpus = static_cast<double>(std::max<std::size_t>(cpus_.size(), 1));
  // All CPUs may be busy since the last count: the allowance lasts at least so long.
  const auto run_out = counted_at_ + scaled(allowance_, 1 / cpus);
  if (run_out > now + kLeastRun / 4) return std::min(run_out, begin_ + kCycle);
  if (!busy_ && leaves_enough()) return step();
  stop_all();
  return begin_ + kCycle;
}

void TreeBrake::begin_cycle(Clock::time_point now) {
  if (!resting_) book();
  account();
  const nanoseconds fresh = scaled(std::min<nanoseconds>(now - begin_, kLongestCycle), share_);
  busy_ = used_in_cycle_ > scaled(fresh, kBusyShare);
  used_in_cycle_ = {};
  allowance_ = std::clamp(allowance_, -kLargestDebt, kMostSaved) + fresh;
  begin_ = now;
  if (allowance_ > nanoseconds(0)) let_go();
}

// Looks how much really was used, while it runs on.
bool TreeBrake::leaves_enough() {
  book();
  account();
  return allowance_ > kLeastRun * static_cast<std::int64_t>(cpus_.size());
}

// Runs on each CPU for a moment, which makes the kernel book the time of what ran there.
void TreeBrake::book() const {
  if (cpus_.size() < 2) return;
  for (const int cpu : cpus_) (void)run_on({cpu});
  (void)run_on(cpus_);
}

// A child's time moves to its parent when it is waited for, rounded down or before we see it gone:
// a sum may be a little off, and the next one makes good for it.
void TreeBrake::account() {
  const auto newest = newest_process();
  if (newest != newest_ || newest < 0) find();
  newest_ = newest;
  nanoseconds sum = cpu_of_process(getpid()) + waited_for_cpu();
  for (const pid_t process : order_) {
    const auto known = tree_.find(process);
    if (known == tree_.end()) continue;
    const auto look = look_at_process(process);
    if (!look || look->started != known->second.started) {
      tree_.erase(known);
      continue;
    }
    sum += cpu_of_process(process) + look->waited;
  }
  if (counted_at_ != Clock::time_point()) {
    allowance_ -= sum - used_;
    used_in_cycle_ += sum - used_;
  }
  counted_at_ = Clock::now();
  used_ = sum;
}

void TreeBrake::find() {
  order_ = processes_below(getpid());
  std::map<pid_t, Member> now;
  for (const pid_t process : order_) {
    const auto look = look_at_process(process);
    if (!look) continue;
    const auto known = tree_.find(process);
    const bool same = known != tree_.end() && known->second.started == look->started;
    now[process] = same ? known->second : Member{.started = look->started};
  }
  tree_ = std::move(now);
}

void TreeBrake::stop(pid_t process) {
  const auto known = tree_.find(process);
  if (known == tree_.end() || known->second.stopped_by_us) return;
  const auto look = look_at_process(process);
  if (!look || look->started != known->second.started) return;
  const bool stopped_by_others = look->state == 'T' || look->state == 't';
  if (!stopped_by_others) known->second.stopped_by_us = ::kill(process, SIGSTOP) == 0;
}

// Parents first: whoever waits for a child is stopped before the child is.
void TreeBrake::stop_all() {
  for (int round = 0; round < kRounds; ++round) {
    const auto newest = newest_process();
    if (round > 0 && newest == newest_) break;
    if (newest != newest_ || newest < 0) find();
    newest_ = newest;
    for (const pid_t process : order_) stop(process);
  }
  if (!resting_) stopped_at_ = Clock::now();
  resting_ = true;
}

void TreeBrake::let_go() {
  if (!resting_) return;
  for (auto process = order_.rbegin(); process != order_.rend(); ++process) {
    const auto known = tree_.find(*process);
    if (known == tree_.end() || !known->second.stopped_by_us) continue;
    ::kill(*process, SIGCONT);
    known->second.stopped_by_us = false;
  }
  stopped_ += Clock::now() - stopped_at_;
  resting_ = false;
}

}  // namespace screenalytics
