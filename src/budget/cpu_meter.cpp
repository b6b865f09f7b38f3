// SPDX-License-Identifier: MIT
#include "budget/cpu_meter.h"

#include <charconv>
#include <fstream>
#include <string>
#include <string_view>

#include <sys/resource.h>
#include <time.h>

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

}  // namespace

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
