// SPDX-License-Identifier: MIT
#pragma once

#include "files/file_descriptor.h"

#include <csignal>
#include <optional>
#include <vector>

#include <sys/types.h>

namespace screenalytics {

/// A signal that was sent to this process.
struct ReceivedSignal {
  int number = 0;
  bool from_kernel = false;  ///< a terminal's key: its whole foreground group has it, too
  pid_t sender = 0;
};

/// Takes signals as messages instead of interruptions, for a process with one thread. From its
/// making on they are blocked; those that were ignored before (nohup) stay ignored. Linux only:
/// elsewhere the constructor throws Error{unavailable}.
class SignalInbox {
 public:
  explicit SignalInbox(const std::vector<int>& numbers);
  ~SignalInbox();
  SignalInbox(const SignalInbox&) = delete;
  SignalInbox& operator=(const SignalInbox&) = delete;

  /// Readable (poll) when there is a message.
  int descriptor() const { return descriptor_.get(); }
  std::optional<ReceivedSignal> next() const;
  /// The mask before: what a program that is started is to have.
  const sigset_t& mask_before() const { return before_; }

 private:
  sigset_t before_{};
  FileDescriptor descriptor_;
};

}  // namespace screenalytics
