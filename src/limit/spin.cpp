// SPDX-License-Identifier: MIT
// A program that takes all the CPU it can get, for tests of the CPU cap.
//
//   screenalytics_spin [--threads N] [--forks N] [--seconds S] [--churn] [--leave] [--all-cpus]
//                      [--ignore-term]
//
// N threads (8) spin in this process and in each of its forks (1). --churn: one more process starts
// and waits for children that spin 3 ms each. --leave: a process spins on in a session of its own,
// without a living parent, after all others have ended, for as long again. --all-cpus: undoes an
// affinity mask. --ignore-term: only SIGKILL ends it early.
#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <span>
#include <string_view>
#include <thread>
#include <vector>

#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>

namespace {

using Clock = std::chrono::steady_clock;

struct Wanted {
  int threads = 8;
  int forks = 1;
  double seconds = 1;
  bool churn = false;
  bool leave = false;
  bool all_cpus = false;
  bool ignore_term = false;
};

Clock::time_point after(double seconds) {
  return Clock::now() +
         std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds));
}

void spin_until(Clock::time_point end) {
  while (Clock::now() < end) {
  }
}

void spin_threads(int count, Clock::time_point end) {
  std::vector<std::jthread> threads;
  threads.reserve(static_cast<std::size_t>(count));
  for (int i = 0; i < count; ++i) threads.emplace_back([end] { spin_until(end); });
}

// A child that does this and ends.
template <typename Work>
void fork_for(const Work& work) {
  if (fork() != 0) return;
  work();
  _exit(0);
}

void churn_until(Clock::time_point end) {
  while (Clock::now() < end) {
    fork_for([] { spin_until(after(0.003)); });
    while (wait(nullptr) > 0) {
    }
  }
}

void leave(const Wanted& wanted) {
  fork_for([&wanted] {
    setsid();
    fork_for([&wanted] { spin_threads(wanted.threads, after(2 * wanted.seconds)); });
  });
}

Wanted read(int count, char** words) {
  const std::span<char*> given(words, static_cast<std::size_t>(count));
  const auto has = [&](std::string_view name) {
    return std::ranges::find(given, name) != given.end();
  };
  const auto number = [&](std::string_view name, double otherwise) {
    const auto at = std::ranges::find(given, name);
    return given.end() - at > 1 ? std::atof(at[1]) : otherwise;
  };
  Wanted wanted;
  wanted.threads = static_cast<int>(number("--threads", wanted.threads));
  wanted.forks = static_cast<int>(number("--forks", wanted.forks));
  wanted.seconds = number("--seconds", wanted.seconds);
  wanted.churn = has("--churn");
  wanted.leave = has("--leave");
  wanted.all_cpus = has("--all-cpus");
  wanted.ignore_term = has("--ignore-term");
  return wanted;
}

void use_all_cpus() {
  cpu_set_t all;
  CPU_ZERO(&all);
  for (unsigned cpu = 0; cpu < CPU_SETSIZE; ++cpu) CPU_SET(cpu, &all);
  if (sched_setaffinity(0, sizeof all, &all) != 0) std::perror("sched_setaffinity");
}

}  // namespace

int main(int count, char** words) {
  const Wanted wanted = read(count, words);
  if (wanted.ignore_term) std::signal(SIGTERM, SIG_IGN);
  if (wanted.all_cpus) use_all_cpus();
  const auto end = after(wanted.seconds);
  if (wanted.leave) leave(wanted);
  for (int i = 0; i < wanted.forks; ++i) fork_for([&] { spin_threads(wanted.threads, end); });
  if (wanted.churn) fork_for([end] { churn_until(end); });
  spin_threads(wanted.threads, end);
  while (wait(nullptr) > 0) {
  }
  return 0;
}
