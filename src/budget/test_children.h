// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <csignal>
#include <thread>

#include <sys/wait.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif
#include <time.h>
#include <unistd.h>

namespace screenalytics {

inline std::chrono::nanoseconds clock_now(clockid_t clock) {
  timespec time{};
  clock_gettime(clock, &time);
  return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

inline std::chrono::nanoseconds thread_cpu_now() { return clock_now(CLOCK_THREAD_CPUTIME_ID); }
inline std::chrono::nanoseconds own_cpu() { return clock_now(CLOCK_PROCESS_CPUTIME_ID); }

/// Computes until this thread has used so much CPU time.
inline void burn_cpu(std::chrono::nanoseconds amount) {
  const auto end = thread_cpu_now() + amount;
  while (thread_cpu_now() < end) {
  }
}

[[noreturn]] inline void pause_forever() {
  while (true) pause();
}

/// Looks every millisecond, for at most 10 seconds.
template <typename Condition>
bool eventually(const Condition& condition) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (std::chrono::steady_clock::now() < end) {
    if (condition()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return false;
}

/// A process that runs `work` and ends; killed in the destructor.
class Child {
 public:
  template <typename Work>
  explicit Child(const Work& work) : id_(fork()) {
    if (id_ != 0) return;
    alarm(60);
#ifdef __linux__
    prctl(PR_SET_PDEATHSIG, SIGKILL);  // a grandchild ends with its parent
#endif
    work();
    _exit(0);
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child() { kill(); }
  pid_t id() const { return id_; }
  void kill() {
    if (id_ > 0) ::kill(id_, SIGKILL);
    wait();
  }
  /// The status as of waitpid.
  int wait() {
    int status = 0;
    if (id_ > 0) waitpid(id_, &status, 0);
    id_ = -1;
    return status;
  }

 private:
  pid_t id_;
};

}  // namespace screenalytics
