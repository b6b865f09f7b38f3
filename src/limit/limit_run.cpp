// SPDX-License-Identifier: MIT
#include "limit/limit_run.h"

#include "core/error.h"
#include "files/atomic_file.h"
#include "files/file_descriptor.h"
#include "files/signal_inbox.h"
#include "files/started_command.h"
#include "files/system_error.h"
#include "limit/keeper.h"
#include "limit/process_look.h"
#include "limit/urgency.h"

#include <array>
#include <cerrno>
#include <cstdio>
#include <exception>
#include <thread>
#include <utility>

#include <poll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

namespace screenalytics {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kOurMistake = 70;
constexpr auto kLookInterval = std::chrono::milliseconds(10);

/// The process that the caller knows.
class Wrapper {
 public:
  Wrapper(const LimitOptions& options, pid_t keeper, FileDescriptor orders, SignalInbox& inbox)
      : options_(options), keeper_(keeper), orders_(std::move(orders)), inbox_(inbox) {}

  /// Until the keeper has ended; the exit code.
  int run() {
    while (true) {
      pollfd waiting{inbox_.descriptor(), POLLIN, 0};
      (void)::poll(&waiting, 1, -1);
      while (const auto signal = inbox_.next()) {
        if (const auto code = answer(*signal)) return *code;
      }
    }
  }

 private:
  /// The exit code, when the signal says that the keeper has ended.
  std::optional<int> answer(const ReceivedSignal& signal) {
    if (signal.number == SIGCHLD) return look_after_keeper();
    pass_on(signal);
    return std::nullopt;
  }

  void pass_on(const ReceivedSignal& signal) {
    const Order order{.signal = signal.number, .from_kernel = signal.from_kernel ? 1 : 0};
    (void)::send(orders_.get(), &order, sizeof order, MSG_NOSIGNAL);
    if (signal.number == SIGTSTP) stop_ourselves();
  }

  // As if we had not taken the signal: the shell sees us stopped, and continues us.
  static void stop_ourselves() {
    sigset_t stop;
    sigset_t before;
    sigemptyset(&stop);
    sigaddset(&stop, SIGTSTP);
    ::raise(SIGTSTP);
    pthread_sigmask(SIG_UNBLOCK, &stop, &before);
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
  }

  std::optional<int> look_after_keeper() {
    int status = 0;
    while (true) {
      const pid_t child = ::waitpid(-1, &status, WNOHANG | WUNTRACED);
      if (child == 0 || (child < 0 && errno != EINTR)) return std::nullopt;
      if (child != keeper_) continue;
      if (WIFSTOPPED(status)) {
        ::kill(keeper_, SIGCONT);  // nobody would hold the cap
        continue;
      }
      if (WIFEXITED(status)) return WEXITSTATUS(status);
      return end_what_is_left(exit_code_of_status(status));
    }
  }

  // The keeper was killed, its children are ours now.
  int end_what_is_left(int code) const {
    std::fprintf(stderr, "screenalytics: the keeper of the limit was killed: ending the command\n");
    signal_all(SIGTERM);
    signal_all(SIGCONT);
    const auto kill_at = Clock::now() + options_.grace;
    while (true) {
      const pid_t ended = ::waitpid(-1, nullptr, WNOHANG);
      if (ended < 0 && errno == ECHILD) return code;
      if (Clock::now() >= kill_at) signal_all(SIGKILL);
      if (ended == 0) std::this_thread::sleep_for(kLookInterval);
    }
  }

  static void signal_all(int number) {
    for (const pid_t process : processes_below(::getpid())) ::kill(process, number);
  }

  const LimitOptions& options_;
  const pid_t keeper_;
  FileDescriptor orders_;
  SignalInbox& inbox_;
};

// Starting this program took CPU time at full speed: no more until that is within the cap.
void wait_for_own_start(double percent) {
  const double over = 100 / percent - 1;
  if (over > 0) std::this_thread::sleep_for(over * cpu_of_process(::getpid()));
}

std::array<FileDescriptor, 2> make_sockets() {
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends.data()) != 0)
    throw Error(ErrorKind::unavailable, "no socket can be made: " + system_text(errno));
  return {FileDescriptor(ends[0]), FileDescriptor(ends[1])};
}

int keep(const LimitOptions& options, LimitPlan plan, FileDescriptor orders, const sigset_t& mask) {
  try {
    return Keeper(options, std::move(plan), std::move(orders)).run(mask);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "screenalytics: %s\n", error.what());
    return kOurMistake;
  }
}

}  // namespace

int run_limited(const LimitOptions& options, const CpuAllowance& allowance) {
  if (options.command.empty()) throw Error(ErrorKind::bad_usage, "limit needs a command after --");
  if (!options.report.empty()) {
    const AtomicFile probe(options.report);  // says now when it cannot be written
  }
  LimitPlan plan = plan_limit(options.limit, allowance);
  for (const std::string& note : plan.notes) {
    if (!options.quiet) std::fprintf(stderr, "screenalytics limit: %s\n", note.c_str());
  }
  SignalInbox inbox(
      {SIGCHLD, SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2, SIGWINCH, SIGTSTP, SIGCONT});
  auto sockets = make_sockets();
  adopt_orphans();
  if (plan.method != LimitMethod::off) wait_for_own_start(plan.percent);
  std::fflush(nullptr);
  const pid_t keeper = ::fork();
  if (keeper < 0)
    throw Error(ErrorKind::unavailable, "no process can be started: " + system_text(errno));
  if (keeper == 0) {
    sockets[0].reset();
    const int code = keep(options, std::move(plan), std::move(sockets[1]), inbox.mask_before());
    std::fflush(nullptr);
    ::_exit(code);
  }
  sockets[1].reset();
  return Wrapper(options, keeper, std::move(sockets[0]), inbox).run();
}

}  // namespace screenalytics
