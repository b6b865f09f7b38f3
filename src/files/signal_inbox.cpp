// SPDX-License-Identifier: MIT
#include "files/signal_inbox.h"

#include "core/error.h"
#include "files/system_error.h"

#include <cerrno>

#include <pthread.h>
#ifdef __linux__
#include <sys/signalfd.h>
#endif
#include <unistd.h>

namespace screenalytics {

#ifdef __linux__

SignalInbox::SignalInbox(const std::vector<int>& numbers) {
  sigset_t wanted;
  sigemptyset(&wanted);
  for (const int number : numbers) {
    struct sigaction action{};
    const bool ignored = sigaction(number, nullptr, &action) == 0 && action.sa_handler == SIG_IGN;
    if (!ignored) sigaddset(&wanted, number);
  }
  pthread_sigmask(SIG_BLOCK, &wanted, &before_);
  descriptor_ = FileDescriptor(signalfd(-1, &wanted, SFD_CLOEXEC | SFD_NONBLOCK));
  if (!descriptor_.is_open())
    throw Error(ErrorKind::internal, "signals cannot be taken as messages: " + system_text(errno));
}

SignalInbox::~SignalInbox() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

std::optional<ReceivedSignal> SignalInbox::next() const {
  signalfd_siginfo info{};
  if (::read(descriptor_.get(), &info, sizeof info) != static_cast<ssize_t>(sizeof info))
    return std::nullopt;
  return ReceivedSignal{.number = static_cast<int>(info.ssi_signo),
                        .from_kernel = info.ssi_code == SI_KERNEL,
                        .sender = static_cast<pid_t>(info.ssi_pid)};
}

#else

SignalInbox::SignalInbox(const std::vector<int>&) {
  throw Error(ErrorKind::unavailable, "signals as messages exist on Linux only");
}
SignalInbox::~SignalInbox() = default;
std::optional<ReceivedSignal> SignalInbox::next() const { return std::nullopt; }

#endif

}  // namespace screenalytics
