// SPDX-License-Identifier: MIT
#include "budget/cpu_sampler.h"

#include "budget/thread_care.h"

#include <algorithm>
#include <cstdio>
#include <utility>

#include <time.h>
#include <unistd.h>

namespace screenalytics {
namespace {

using std::chrono::nanoseconds;
using std::chrono::steady_clock;
using Seconds = std::chrono::duration<double>;

constexpr const char* kHeader =
    "elapsed_s,cpu_percent,cap_percent,threads,processes,rss_mb,throttled_s,phase\n";
constexpr double kFarAboveCap = 50;
constexpr double kMiB = 1024.0 * 1024.0;
constexpr int kReadingsBetweenChecks = 10;
// Rows that wait for a file: ten minutes of them.
constexpr std::size_t kMostWaiting = std::size_t{1} << 19;

nanoseconds own_thread_cpu() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return std::chrono::seconds(now.tv_sec) + nanoseconds(now.tv_nsec);
}

double percent_between(const TreeReading& from, const TreeReading& to) {
  const double elapsed = Seconds(to.at - from.at).count();
  return elapsed > 0 ? 100 * Seconds(to.cpu - from.cpu).count() / elapsed : 0;
}

}  // namespace

CpuSampler::CpuSampler(const SamplerOptions& options)
    : options_(options), tree_(getpid()), rows_(kHeader) {
  {
    const std::lock_guard lock(mutex_);
    look(false);
    row_ = report_.last;
    began_ = row_.at;
  }
  thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

CpuSampler::~CpuSampler() {
  thread_.request_stop();
  thread_.join();
  flush();
}

void CpuSampler::run(const std::stop_token& stop) {
  wake_on_time();
  auto next = steady_clock::now() + options_.interval;
  std::unique_lock lock(mutex_);
  for (int i = 1; !stop.stop_requested(); ++i) {
    wake_.wait_until(lock, stop, next, [] { return false; });
    if (stop.stop_requested()) return;
    look(true);
    if (i % kReadingsBetweenChecks == 0) {
      const auto change = options_.enforcement ? options_.enforcement->look_after() : std::nullopt;
      if (change) warnings_.push_back(*change);
      if (change && expected_threads_ > 0) ++expected_threads_;  // the governor's
      flush();
    }
    report_.own_cpu = own_thread_cpu();
    // A reading that comes late does not make the next ones come early.
    next = std::max(next + options_.interval, steady_clock::now() + options_.interval / 2);
  }
}

void CpuSampler::look(bool row) {
  report_.last = tree_.read();
  windows_.add(report_.last.at, report_.last.cpu);
  report_.peak_threads = std::max(report_.peak_threads, report_.last.threads);
  report_.peak_rss_bytes = std::max(report_.peak_rss_bytes, report_.last.rss_bytes);
  if (options_.enforcement != nullptr) report_.throttled = options_.enforcement->throttled();
  if (!row) return;
  judge();
  write_row();
}

void CpuSampler::judge() {
  const double cap = options_.cap_percent;
  const auto newest = windows_.newest(0);
  if (cap > 0 && newest && *newest > cap + kFarAboveCap) {
    ++report_.over_cap_events;
    if (!said_over_cap_) {
      warnings_.push_back("CPU use went more than 50 points above the cap of " + short_number(cap) +
                          " % (cpu.csv has the times)");
    }
    said_over_cap_ = true;
  }
  if (expected_threads_ > 0 && report_.last.threads > expected_threads_) {
    warnings_.push_back(std::to_string(report_.last.threads) + " threads where " +
                        std::to_string(expected_threads_) +
                        " were expected: a library started some of its own");
    expected_threads_ = report_.last.threads;
  }
}

void CpuSampler::write_row() {
  if (!keeps_rows_) return;
  std::array<char, 192> text{};
  const TreeReading& now = report_.last;
  const int length = std::snprintf(text.data(),
                                   text.size(),
                                   "%.3f,%.1f,%.1f,%d,%d,%.1f,%.3f,",
                                   Seconds(now.at - began_).count(),
                                   percent_between(row_, now),
                                   options_.cap_percent,
                                   now.threads,
                                   now.processes,
                                   static_cast<double>(now.rss_bytes) / kMiB,
                                   Seconds(report_.throttled).count());
  row_ = now;
  rows_.append(text.data(), static_cast<std::size_t>(std::max(length, 0))) += phase_ + "\n";
  if (path_.empty() && rows_.size() > kMostWaiting) {
    keeps_rows_ = false;  // nobody asked for a file
    rows_.clear();
  }
}

void CpuSampler::flush() {
  if (path_.empty() || !keeps_rows_) return;
  file_ << rows_ << std::flush;
  rows_.clear();
  if (file_) return;
  keeps_rows_ = false;
  warnings_.push_back("'" + path_.string() + "' cannot be written: the time line of CPU use ends");
}

CpuReport CpuSampler::report() {
  const ComputingThreads::Shield shield;  // the sampler must not wait for a parked thread
  const std::lock_guard lock(mutex_);
  look(false);
  for (std::size_t i = 0; i < kWindowLengths.size(); ++i) report_.windows.at(i) = windows_.use(i);
  if (options_.enforcement != nullptr) report_.enforcement = options_.enforcement->state();
  return report_;
}

void CpuSampler::phase(const std::string& name) {
  const ComputingThreads::Shield shield;
  const std::lock_guard lock(mutex_);
  phase_ = name;
}

void CpuSampler::save_to(const std::filesystem::path& file) {
  const ComputingThreads::Shield shield;
  const std::lock_guard lock(mutex_);
  path_ = file;
  std::error_code refused;  // then opening fails, too
  std::filesystem::create_directories(file.parent_path(), refused);
  file_.open(path_, std::ios::trunc);
  flush();
}

void CpuSampler::expect_threads(int most) {
  const ComputingThreads::Shield shield;
  const std::lock_guard lock(mutex_);
  expected_threads_ = most;
}

std::vector<std::string> CpuSampler::take_warnings() {
  const ComputingThreads::Shield shield;
  const std::lock_guard lock(mutex_);
  return std::exchange(warnings_, {});
}

double busiest_second(const CpuReport& report) {
  constexpr std::size_t kOneSecond = 1;  // place in kWindowLengths
  const auto& use = report.windows.at(kOneSecond);
  return use ? use->max : 100 * std::chrono::duration<double>(report.last.cpu).count();
}

}  // namespace screenalytics
