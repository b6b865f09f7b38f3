// SPDX-License-Identifier: MIT
#pragma once

#include "budget/process_tree.h"
#include "core/error.h"
#include "files/file_descriptor.h"
#include "files/signal_inbox.h"
#include "limit/limit_report.h"
#include "limit/limit_run.h"
#include "limit/tree_brake.h"

#include <chrono>
#include <csignal>
#include <optional>

#include <sys/types.h>

namespace screenalytics {

/// What the wrapper asks of the keeper: to pass a signal on.
struct Order {
  int signal = 0;
  int from_kernel = 0;
};

/// The keeper's life (see run_limited), in the process of its own that the wrapper forked.
class Keeper {
 public:
  /// `orders` is a socket; its end tells that the wrapper has died.
  Keeper(const LimitOptions& options, LimitPlan plan, FileDescriptor orders);
  Keeper(const Keeper&) = delete;
  Keeper& operator=(const Keeper&) = delete;
  /// Runs `mask` in the command. Returns the exit code when nothing of the command is left.
  int run(const sigset_t& mask);

 private:
  using Clock = std::chrono::steady_clock;
  static constexpr Clock::time_point kNever = Clock::time_point::max();

  void start(const sigset_t& mask);
  void join_group(pid_t id);
  void do_without_group(const Error& error);
  void start_brake();
  void wait() const;
  void take_signals();
  void take_orders();
  void pass_on(const Order& order);
  void reap();
  void command_ended(int status);
  void work();
  void sample(Clock::time_point now);
  void follow_wrapper();
  void check_group();
  void replace_group();
  void bring_back_to_cpus();
  void end_tree(const char* who);
  void kill_tree();
  void note(const std::string& text);
  void finish();
  void write_report() const;

  const LimitOptions& options_;
  LimitPlan plan_;
  FileDescriptor orders_;
  const pid_t wrapper_;
  const pid_t wrapper_group_;
  SignalInbox inbox_;
  ProcessTree tree_;
  std::optional<TreeBrake> brake_;
  LimitOutcome outcome_;
  pid_t command_ = 0;
  bool command_runs_ = false;
  bool over_ = false;
  bool told_to_end_ = false;
  bool paused_ = false;
  int samples_ = 0;
  std::chrono::nanoseconds throttled_before_{};  // in groups that were lost
  std::chrono::nanoseconds first_cpu_{};
  Clock::time_point began_;
  Clock::time_point next_sample_ = kNever;
  Clock::time_point next_step_ = kNever;
  Clock::time_point kill_at_ = kNever;
  Clock::time_point remind_at_ = kNever;
};

}  // namespace screenalytics
