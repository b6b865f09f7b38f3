// SPDX-License-Identifier: MIT
#include "limit/keeper.h"

#include "budget/cpu_mask.h"
#include "core/error.h"
#include "files/atomic_file.h"
#include "files/started_command.h"
#include "files/system_error.h"
#include "limit/process_look.h"
#include "limit/urgency.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <utility>

#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

namespace screenalytics {
namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;

constexpr auto kSampleInterval = milliseconds(100);
constexpr auto kKillInterval = milliseconds(50);
constexpr auto kRemindAfter = milliseconds(1000);
constexpr int kSamplesPerCheck = 5;
constexpr std::size_t kMostThreadsChecked = 1024;

bool ends_programs(int signal) {
  return signal == SIGINT || signal == SIGTERM || signal == SIGHUP || signal == SIGQUIT;
}

bool for_all(int signal) { return ends_programs(signal) || signal == SIGTSTP || signal == SIGCONT; }

bool is_stopped(const std::optional<ProcessLook>& look) { return look && look->state == 'T'; }

double seconds_of(nanoseconds time) { return std::chrono::duration<double>(time).count(); }

/// Our own input and output are the command's affair alone.
void let_go_of_streams() {
  const FileDescriptor nothing(::open("/dev/null", O_RDWR | O_CLOEXEC));
  if (!nothing.is_open()) return;
  ::dup2(nothing.get(), STDIN_FILENO);
  ::dup2(nothing.get(), STDOUT_FILENO);
}

std::string words_of(const std::vector<std::string>& command) {
  return "'" + command.front() + "'";
}

}  // namespace

Keeper::Keeper(const LimitOptions& options, LimitPlan plan, FileDescriptor orders)
    : options_(options),
      plan_(std::move(plan)),
      orders_(std::move(orders)),
      wrapper_(getppid()),
      wrapper_group_(getpgrp()),
      inbox_({SIGCHLD, SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2, SIGWINCH, SIGTSTP}),
      tree_(getpid()),
      began_(Clock::now()) {
  outcome_.command = options_.command;
  outcome_.ended_by = "command";
}

int Keeper::run(const sigset_t& mask) {
  start(mask);
  while (!over_) {
    wait();
    take_signals();
    take_orders();
    reap();
    if (!over_) work();
  }
  finish();
  return outcome_.exit_code;
}

void Keeper::start(const sigset_t& mask) {
  adopt_orphans();
  const auto add_to_group = [this](pid_t id) { join_group(id); };
  const auto started =
      start_command({.words = options_.command, .mask = mask, .before = add_to_group});
  if (started.error_number != 0) {
    std::fprintf(stderr,
                 "screenalytics: cannot run %s: %s\n",
                 words_of(options_.command).c_str(),
                 system_text(started.error_number).c_str());
  }
  command_ = started.id;
  command_runs_ = true;
  ::setsid();
  let_go_of_streams();
  become_urgent();
  began_ = Clock::now();
  start_brake();
  const auto first = tree_.read();
  first_cpu_ = first.cpu;
  outcome_.windows.add(first.at, first.cpu);
  next_sample_ = first.at + kSampleInterval;
}

void Keeper::start_brake() {
  if (plan_.method != LimitMethod::governor) return;
  brake_.emplace(plan_.percent, plan_.cpus);
  next_step_ = Clock::now();
}

void Keeper::join_group(pid_t id) {
  if (!plan_.leaf) return;
  try {
    plan_.leaf->add(id);
  } catch (const Error& error) {
    do_without_group(error);
  }
}

void Keeper::do_without_group(const Error& error) {
  plan_.leaf.reset();
  if (plan_.method == LimitMethod::affinity) {
    note(std::string(error.what()) + ": the CPUs alone hold the cap");
    return;
  }
  plan_.method = LimitMethod::governor;
  note(std::string(error.what()) + ": the command is stopped and continued instead");
}

void Keeper::wait() const {
  std::array<pollfd, 2> waiting{{{inbox_.descriptor(), POLLIN, 0}, {orders_.get(), POLLIN, 0}}};
  const auto due = std::min({next_sample_, next_step_, kill_at_, remind_at_});
  const auto left =
      std::max(std::chrono::duration_cast<nanoseconds>(due - Clock::now()), nanoseconds(0));
  const auto whole = std::chrono::duration_cast<std::chrono::seconds>(left);
  const timespec time{.tv_sec = whole.count(), .tv_nsec = (left - whole).count()};
  (void)::ppoll(waiting.data(), waiting.size(), &time, nullptr);
}

void Keeper::take_signals() {
  while (const auto signal = inbox_.next()) {
    if (signal->number != SIGCHLD) pass_on({.signal = signal->number, .from_kernel = 0});
  }
}

void Keeper::take_orders() {
  while (orders_.is_open()) {
    Order order;
    const ssize_t count = ::recv(orders_.get(), &order, sizeof order, MSG_DONTWAIT);
    if (count == static_cast<ssize_t>(sizeof order)) {
      pass_on(order);
    } else if (count == 0) {
      orders_.reset();
      end_tree("wrapper");
    } else {
      return;
    }
  }
}

// A terminal's key has reached the wrapper's process group without us, but a stop is lost on
// processes that are just held by the brake.
void Keeper::pass_on(const Order& order) {
  if (order.signal == SIGTSTP && brake_) brake_->let_go();
  const bool again = order.signal == SIGTSTP && brake_;
  if (ends_programs(order.signal)) told_to_end_ = true;
  if (!for_all(order.signal)) {
    if (command_runs_ && order.from_kernel == 0) ::kill(command_, order.signal);
    return;
  }
  for (const pid_t process : processes_below(getpid())) {
    const auto look = look_at_process(process);
    const bool has_it = order.from_kernel != 0 && !again && look && look->group == wrapper_group_;
    if (look && !has_it) ::kill(process, order.signal);
  }
}

void Keeper::reap() {
  siginfo_t somebody{};
  const int asked = ::waitid(P_ALL, 0, &somebody, WEXITED | WNOHANG | WNOWAIT);
  if (asked == 0 && somebody.si_pid == 0) return;  // nobody has ended
  const Patience patience;
  while (true) {
    int status = 0;
    const pid_t ended = ::waitpid(-1, &status, WNOHANG);
    if (ended == command_ && command_runs_) command_ended(status);
    if (ended == 0) return;
    if (ended > 0 || errno == EINTR) continue;
    over_ = true;
    return;
  }
}

void Keeper::command_ended(int status) {
  command_runs_ = false;
  outcome_.exit_code = exit_code_of_status(status);
  if (WIFSIGNALED(status)) outcome_.signal = WTERMSIG(status);
  if (outcome_.signal != 0 || told_to_end_) {
    end_tree(told_to_end_ ? "signal" : "command");
  } else {
    remind_at_ = Clock::now() + kRemindAfter;
  }
}

void Keeper::work() {
  const auto now = Clock::now();
  if (brake_ && !paused_ && now >= next_step_) next_step_ = brake_->step();
  if (now >= next_sample_) sample(now);
  if (now >= kill_at_) kill_tree();
  if (now >= remind_at_) {
    remind_at_ = kNever;
    const auto left = processes_below(getpid()).size();
    note(words_of(options_.command) + " ended and left " + std::to_string(left) +
         " process(es) running: they are still held to the cap and waited for");
  }
}

void Keeper::sample(Clock::time_point now) {
  const auto reading = tree_.read();
  outcome_.windows.add(reading.at, reading.cpu);
  outcome_.threads = std::max(outcome_.threads, reading.threads - 1);
  outcome_.processes = std::max(outcome_.processes, reading.processes - 1);
  next_sample_ = std::max(next_sample_ + kSampleInterval, now + kSampleInterval / 2);
  follow_wrapper();
  if (plan_.method == LimitMethod::affinity) bring_back_to_cpus();
  if (++samples_ % kSamplesPerCheck == 0) check_group();
}

// Whoever stops the wrapper means the command.
void Keeper::follow_wrapper() {
  const bool stop = orders_.is_open() && is_stopped(look_at_process(wrapper_));
  if (stop == paused_) return;
  paused_ = stop;
  if (stop && brake_) brake_->let_go();
  for (const pid_t process : processes_below(getpid())) ::kill(process, stop ? SIGSTOP : SIGCONT);
  if (brake_) next_step_ = paused_ ? kNever : Clock::now();
}

void Keeper::check_group() {
  if (!plan_.leaf) return;
  const auto fault = plan_.leaf->fault();
  if (!fault) return;
  note(*fault);
  replace_group();
}

void Keeper::replace_group() {
  throttled_before_ += plan_.leaf->throttled();
  plan_.leaf.reset();
  try {
    auto fresh = make_leaf(options_.limit.root, plan_);
    for (const pid_t process : processes_below(getpid())) fresh->add(process);
    plan_.leaf = std::move(fresh);
    note("the command was put into a new one");
  } catch (const Error& error) {
    do_without_group(error);
    start_brake();
  }
}

// A program may choose other CPUs for its threads; not for long.
void Keeper::bring_back_to_cpus() {
  std::size_t checked = 0;
  int strayed = 0;
  for (const pid_t process : processes_below(getpid())) {
    for (const pid_t thread : threads_of(process)) {
      if (++checked > kMostThreadsChecked) return;
      if (keep_on(thread, plan_.cpus)) ++strayed;
    }
  }
  if (strayed > 0)
    note(std::to_string(strayed) + " thread(s) had left the CPUs of the cap and were brought back");
}

void Keeper::end_tree(const char* who) {
  if (kill_at_ != kNever) return;
  outcome_.ended_by = who;
  paused_ = false;
  if (brake_) {
    brake_->let_go();
    next_step_ = Clock::now();
  }
  for (const pid_t process : processes_below(getpid())) {
    ::kill(process, SIGTERM);
    ::kill(process, SIGCONT);
  }
  kill_at_ = Clock::now() + options_.grace;
  remind_at_ = kNever;
}

void Keeper::kill_tree() {
  for (const pid_t process : processes_below(getpid())) ::kill(process, SIGKILL);
  kill_at_ = Clock::now() + kKillInterval;
}

void Keeper::note(const std::string& text) {
  const bool known = std::ranges::find(outcome_.events, text) != outcome_.events.end();
  if (!known) outcome_.events.push_back(text);
  if (!known && !options_.quiet) std::fprintf(stderr, "screenalytics limit: %s\n", text.c_str());
}

void Keeper::finish() {
  const auto last = tree_.read();
  outcome_.windows.add(last.at, last.cpu);
  outcome_.cpu_seconds = seconds_of(last.cpu - first_cpu_);
  outcome_.wall_seconds = std::chrono::duration<double>(last.at - began_).count();
  nanoseconds throttled = throttled_before_;
  if (plan_.leaf) throttled += plan_.leaf->throttled();
  if (brake_) throttled += brake_->stopped();
  outcome_.throttled_seconds = seconds_of(throttled);
  brake_.reset();
  plan_.leaf.reset();
  write_report();
  if (!options_.quiet) std::fprintf(stderr, "%s\n", one_line(plan_, outcome_).c_str());
}

// The command's exit code counts more than a report that cannot be written.
void Keeper::write_report() const {
  if (options_.report.empty()) return;
  try {
    write_atomically(options_.report, to_json(plan_, outcome_).dump(1) + "\n");
  } catch (const Error& error) {
    std::fprintf(stderr, "screenalytics: %s\n", error.what());
  }
}

}  // namespace screenalytics
