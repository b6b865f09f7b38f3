// SPDX-License-Identifier: MIT
#include "cli/stop_signals.h"

#include <cstdlib>
#include <string_view>

#include <pthread.h>
#include <signal.h>  // NOLINT(modernize-deprecated-headers): POSIX signal sets
#include <unistd.h>

namespace screenalytics {
namespace {

constexpr int kStopped = 130;

sigset_t stop_signals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGUSR2);  // wakes the thread when the program ends
  return set;
}

void say(std::string_view text) {
  if (write(STDERR_FILENO, text.data(), text.size()) < 0) return;
}

}  // namespace

StopSignals::StopSignals() {
  const sigset_t set = stop_signals();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  thread_ = std::jthread([this] { wait(); });
}

StopSignals::~StopSignals() {
  over_ = true;
  pthread_kill(thread_.native_handle(), SIGUSR2);
}

void StopSignals::wait() {
  const sigset_t set = stop_signals();
  int number = 0;
  while (sigwait(&set, &number) == 0 && !over_) {
    if (number == SIGUSR2) continue;
    if (source_.stop_requested()) {
      say("\nstopped at once; finished segments are kept, the same command goes on from there\n");
      _exit(kStopped);
    }
    say("\nstopping after the segments under way (again to stop at once) ...\n");
    source_.request_stop();
  }
}

}  // namespace screenalytics
