// SPDX-License-Identifier: MIT
#include "budget/cpu_meter.h"

#include <charconv>
#include <fstream>
#include <sstream>
#include <string>
#include <string_view>

#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

namespace screenalytics {
namespace {

struct ProcessStatus {
  std::int64_t threads = 0;
  std::int64_t rss_kib = 0;
  std::int64_t peak_kib = 0;
};

// "Name:<blanks>number..." of /proc/self/status (proc(5)).
std::int64_t number_after(std::string_view line, std::string_view name) {
  line.remove_prefix(name.size());
  const auto digit = line.find_first_of("0123456789");
  std::int64_t value = 0;
  if (digit != std::string_view::npos) {
    std::from_chars(line.data() + digit, line.data() + line.size(), value);
  }
  return value;
}

ProcessStatus read_status() {
  ProcessStatus status;
  std::ifstream file("/proc/self/status");
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("Threads:")) status.threads = number_after(line, "Threads:");
    if (line.starts_with("VmRSS:")) status.rss_kib = number_after(line, "VmRSS:");
    if (line.starts_with("VmHWM:")) status.peak_kib = number_after(line, "VmHWM:");
  }
  return status;
}

std::chrono::nanoseconds duration_of(const timeval& time) {
  return std::chrono::seconds(time.tv_sec) + std::chrono::microseconds(time.tv_usec);
}

std::chrono::nanoseconds cpu_so_far() {
  timespec own{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &own);
  rusage children{};
  getrusage(RUSAGE_CHILDREN, &children);
  return std::chrono::seconds(own.tv_sec) + std::chrono::nanoseconds(own.tv_nsec) +
         duration_of(children.ru_utime) + duration_of(children.ru_stime);
}

/// Field 22 of /proc/self/stat (proc(5)): ticks after the machine's start; 0 where it is not there.
std::int64_t start_ticks() {
  std::ifstream file("/proc/self/stat");
  std::string line;
  std::getline(file, line);
  const auto name_end = line.rfind(')');
  if (name_end == std::string::npos) return 0;
  std::istringstream fields(line.substr(name_end + 1));
  std::string field;
  for (int i = 3; i <= 22; ++i) fields >> field;
  return number_after(field, "");
}

std::chrono::steady_clock::time_point find_process_start() {
  const auto now = std::chrono::steady_clock::now();
#ifdef __linux__
  timespec since_boot{};
  const auto ticks = start_ticks();
  const auto second = sysconf(_SC_CLK_TCK);
  if (ticks > 0 && second > 0 && clock_gettime(CLOCK_BOOTTIME, &since_boot) == 0) {
    const auto age = std::chrono::seconds(since_boot.tv_sec) +
                     std::chrono::nanoseconds(since_boot.tv_nsec) -
                     std::chrono::nanoseconds(ticks * (1'000'000'000 / second));
    if (age.count() > 0) return now - age;
  }
#endif
  return now;
}

}  // namespace

std::chrono::steady_clock::time_point process_start() {
  static const auto start = find_process_start();
  return start;
}

CpuReading read_cpu() {
  const ProcessStatus status = read_status();
  CpuReading reading;
  reading.at = std::chrono::steady_clock::now();
  reading.cpu = cpu_so_far();
  reading.threads = static_cast<int>(status.threads);
  reading.rss_bytes = status.rss_kib * 1024;
  reading.peak_rss_bytes = status.peak_kib * 1024;
  return reading;
}

double percent_between(const CpuReading& before, const CpuReading& after) {
  const auto elapsed = std::chrono::duration<double>(after.at - before.at).count();
  if (elapsed <= 0) return 0;
  return 100 * std::chrono::duration<double>(after.cpu - before.cpu).count() / elapsed;
}

int thread_count() { return static_cast<int>(read_status().threads); }

}  // namespace screenalytics
