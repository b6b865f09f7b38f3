// SPDX-License-Identifier: MIT
#pragma once

#include <csignal>
#include <functional>
#include <string>
#include <vector>

#include <sys/types.h>

namespace screenalytics {

/// A command that runs with this process's own standard streams, folder and environment.
struct StartedCommand {
  pid_t id = 0;          ///< to be waited for by the caller, also when it could not be started
  int error_number = 0;  ///< why the program could not be started; 0: it runs
};

struct CommandStart {
  std::vector<std::string> words;  ///< program (looked up on PATH, no shell) and its arguments
  sigset_t mask{};                 ///< signals blocked in the program
  /// Called in this process before the program starts, with its process id.
  std::function<void(pid_t)> before;
};

/// Forks and becomes the program. On Linux the program is killed when this process dies. Only for a
/// process with one thread.
StartedCommand start_command(const CommandStart& start);

/// As shells say it: 127 for a program that is not there, 126 for one that cannot be run.
int exit_code_of_failed_start(int error_number);

/// A child's end as shells say it: its exit code, or 128 + the signal that killed it.
int exit_code_of_status(int status);

}  // namespace screenalytics
