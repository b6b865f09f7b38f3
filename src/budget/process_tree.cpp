// SPDX-License-Identifier: MIT
#include "budget/process_tree.h"

#include "budget/cpu_mask.h"
#include "budget/proc_numbers.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <string>
#include <string_view>

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

namespace screenalytics {
namespace {

using std::chrono::nanoseconds;

// Two tick counts (user and system) of each living parent are rounded down to 10 ms.
constexpr nanoseconds kRounding = std::chrono::milliseconds(40);
constexpr int kTries = 3;
constexpr std::size_t kMostCpusVisited = 16;

nanoseconds duration_of(const timespec& time) {
  return std::chrono::seconds(time.tv_sec) + nanoseconds(time.tv_nsec);
}

nanoseconds duration_of(const timeval& time) {
  return std::chrono::seconds(time.tv_sec) + std::chrono::microseconds(time.tv_usec);
}

// proc(5), stat: what is needed of it.
struct Stat {
  pid_t parent = 0;
  std::int64_t waited_ticks = 0;
  int threads = 0;
  std::uint64_t started = 0;
  std::int64_t pages = 0;
};

std::optional<Stat> read_stat(pid_t process) {
  const int file =
      open(("/proc/" + std::to_string(process) + "/stat").c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return std::nullopt;
  std::array<char, 1024> text{};
  const ssize_t length = ::read(file, text.data(), text.size());
  close(file);
  if (length <= 0) return std::nullopt;
  const std::string_view line(text.data(), static_cast<std::size_t>(length));
  // The name may hold blanks and parentheses: the fields begin after the last one.
  const auto name_end = line.rfind(')');
  if (name_end == std::string_view::npos) return std::nullopt;
  Stat stat;
  const char* at = line.data() + name_end + 1;
  const char* const end = line.data() + line.size();
  for (int field = 3; field <= 24 && at != end; ++field) {
    while (at != end && *at == ' ') ++at;
    const char* const begin = at;
    while (at != end && *at != ' ') ++at;
    std::int64_t value = 0;
    std::from_chars(begin, at, value);
    if (field == 4) stat.parent = static_cast<pid_t>(value);
    if (field == 16 || field == 17) stat.waited_ticks += value;
    if (field == 20) stat.threads = static_cast<int>(value);
    if (field == 22) stat.started = static_cast<std::uint64_t>(value);
    if (field == 24) stat.pages = value;
  }
  return stat;
}

nanoseconds read_clock(clockid_t clock) {
  timespec time{};
  return clock_gettime(clock, &time) == 0 ? duration_of(time) : nanoseconds(0);
}

nanoseconds cpu_of(pid_t process) {
  clockid_t clock = 0;
  return clock_getcpuclockid(process, &clock) == 0 ? read_clock(clock) : nanoseconds(0);
}

#ifdef __linux__

// Asking for a running thread's time makes the kernel book it.
void book_own_threads() {
  for (const pid_t thread : numbers_in("/proc/self/task")) {
    const auto clock = static_cast<clockid_t>((~static_cast<unsigned>(thread) << 3U) | 6U);
    (void)read_clock(clock);
  }
}

bool has_children() {
  siginfo_t nobody{};
  return waitid(P_ALL, 0, &nobody, WEXITED | WNOHANG | WNOWAIT | __WALL) == 0;
}

nanoseconds from_ticks(std::int64_t ticks) {
  static const std::int64_t second = std::max(1L, sysconf(_SC_CLK_TCK));
  return nanoseconds(ticks * 1'000'000'000 / second);
}

void visit(const std::vector<int>& cpus) {
  if (cpus.size() < 2) return;
  for (const int cpu : cpus) (void)run_on({cpu});
  (void)run_on(cpus);
}

#endif

}  // namespace

nanoseconds waited_for_cpu() {
  rusage children{};
  getrusage(RUSAGE_CHILDREN, &children);
  return duration_of(children.ru_utime) + duration_of(children.ru_stime);
}

ProcessTree::ProcessTree(pid_t root) : root_(root), members_{root}, cpus_(own_cpus()) {
  if (cpus_.size() > kMostCpusVisited) cpus_.clear();
}

std::vector<pid_t> ProcessTree::members() const { return members_; }

TreeReading ProcessTree::read() { return read(true); }

std::chrono::nanoseconds ProcessTree::cpu() { return read(false).cpu; }

#ifdef __linux__

TreeReading ProcessTree::read(bool all) {
  const bool self = root_ == getpid();
  if (self) book_own_threads();
  Counts counts;
  TreeReading reading;
  for (int i = 0; i < kTries; ++i) {
    const nanoseconds waited = self ? waited_for_cpu() : nanoseconds(0);
    if (self && !has_children()) {
      members_.assign(1, root_);
      known_.clear();  // numbers may be used again before the next look
    } else {
      find_members();
    }
    if (members_.size() > 1 || !self) visit(cpus_);
    reading.at = std::chrono::steady_clock::now();
    counts = count_members(all);
    counts.cpu += waited;
    // A child that was waited for meanwhile is in neither or in both.
    if (!self || waited_for_cpu() == waited) break;
  }
  reading.cpu = steady(counts.cpu);
  reading.processes = counts.processes;
  reading.threads = counts.threads;
  static const std::int64_t page = sysconf(_SC_PAGESIZE);
  reading.rss_bytes = counts.pages * page;
  return reading;
}

void ProcessTree::find_members() {
  const auto present = numbers_in("/proc");
  std::map<pid_t, pid_t> parent_of_new;
  std::map<pid_t, Known> now;
  for (const pid_t process : present) {
    const auto before = known_.find(process);
    if (before != known_.end() && (!before->second.ours || process == root_)) {
      now.insert(*before);
      continue;
    }
    const auto stat = read_stat(process);
    if (!stat) continue;
    const bool same = before != known_.end() && before->second.started == stat->started;
    now[process] = {.ours = same || process == root_, .started = stat->started};
    if (!same) parent_of_new[process] = stat->parent;
  }
  for (bool found = true; found;) {
    found = false;
    for (const auto& [process, parent] : parent_of_new) {
      const auto up = now.find(parent);
      if (now[process].ours || up == now.end() || !up->second.ours) continue;
      now[process].ours = true;
      found = true;
    }
  }
  known_ = std::move(now);
  members_.clear();
  if (known_.contains(root_)) members_.push_back(root_);
  for (const auto& [process, known] : known_) {
    if (known.ours && process != root_) members_.push_back(process);
  }
}

ProcessTree::Counts ProcessTree::count_members(bool all) {
  Counts counts;
  for (const pid_t process : members_) {
    if (!all && process == getpid()) {
      counts.cpu += read_clock(CLOCK_PROCESS_CPUTIME_ID);
      continue;
    }
    const auto stat = read_stat(process);
    if (!stat) continue;
    counts.cpu += cpu_of(process);
    if (process != getpid()) counts.cpu += from_ticks(stat->waited_ticks);
    ++counts.processes;
    counts.threads += stat->threads;
    counts.pages += stat->pages;
  }
  return counts;
}

#else

TreeReading ProcessTree::read(bool) {
  TreeReading reading;
  reading.at = std::chrono::steady_clock::now();
  reading.cpu = steady(read_clock(CLOCK_PROCESS_CPUTIME_ID) + waited_for_cpu());
  reading.processes = 1;
  return reading;
}

#endif

// A process that ended takes its time along unless somebody waits for it; rounding makes small
// dips, a look in the middle of a wait makes one that is gone at the next reading.
nanoseconds ProcessTree::steady(nanoseconds raw) {
  const bool dips = raw + lost_ + kRounding < reported_;
  if (dips && dipped_) lost_ = reported_ - raw;
  dipped_ = dips && !dipped_;
  reported_ = std::max(reported_, raw + lost_);
  return reported_;
}

}  // namespace screenalytics
