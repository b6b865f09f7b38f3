// SPDX-License-Identifier: MIT
#pragma once

#include "budget/cpu_budget.h"
#include "budget/cpu_sampler.h"
#include "store/json_lines.h"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace screenalytics {

/// One look at a run under way; the content of progress.json.
struct ProgressSnapshot {
  std::string ep_id;
  std::string run_id;
  std::string phase;  ///< start, index, scan, shots, track, faces, write, done, failed, stopped
  std::int64_t done = 0;
  std::int64_t total = 0;  ///< 0: not known yet
  std::string unit;        ///< frames, bytes, faces
  std::string detail;      ///< more about this phase, for people; empty: left out
  double fps = 0;          ///< units a second in this phase
  double eta_s = -1;       ///< seconds to the end of this phase; negative: not known
  double elapsed_s = 0;    ///< since the start of the run
  double cpu_percent = 0;  ///< since the last look
  int thread_count = 0;
  double rss_mb = 0;
  std::vector<std::string> warnings;
  Json cpu;  ///< windows, seconds by stage, what is in force; null: left out
};
Json to_json(const ProgressSnapshot& snapshot);

/// Where progress and events are shown. Called from one thread at a time.
class ProgressSink {
 public:
  virtual ~ProgressSink() = default;
  virtual void show(const ProgressSnapshot& snapshot) = 0;
  /// A line for people: what was found, decided, skipped.
  virtual void say(const std::string& text) = 0;
  /// Something is not as it should be, but the run goes on.
  virtual void warn(const std::string& text) = 0;
};

/// Counts work from any thread; a thread of its own looks every `interval`, shows the sink and
/// replaces `<run>/progress.json` atomically. Another one samples the CPU use all the time, for
/// `<run>/cpu.csv` and for the report.
class Progress {
 public:
  /// What is pointed to must outlive it.
  Progress(ProgressSink& sink,
           std::chrono::milliseconds interval,
           const SamplerOptions& sampling = {},
           const CpuBudget* budget = nullptr);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  /// From now on progress.json, and cpu.csv beside it, are kept in the run's folder.
  void begin(const std::string& ep_id,
             const std::string& run_id,
             const std::filesystem::path& file);
  void phase(const std::string& name, std::int64_t total, const std::string& unit);
  void add(std::int64_t done) { done_ += done; }
  void set(std::int64_t done) { done_ = done; }
  void set_total(std::int64_t total) { total_ = total; }
  /// More about the phase than one count tells, e.g. "12 of 40 files"; until the next phase.
  void detail(const std::string& text);
  void say(const std::string& text);
  /// Said when work begins: before the next line or phase, or when the first look comes. A command
  /// that fails at once says only why.
  void announce(const std::string& text);
  void warn(const std::string& text);
  std::vector<std::string> warnings() const;
  /// CPU use up to now.
  CpuReport cpu() { return sampler_.report(); }
  /// All threads of the run have been started: more are worth a warning.
  void expect_no_more_threads();
  /// Writes the last state: "done", "failed" or "stopped".
  void finish(const std::string& phase);

 private:
  void watch(const std::stop_token& stop);
  void look();
  void say_announced();
  void warn_once(const std::string& text);
  ProgressSnapshot take();

  ProgressSink& sink_;
  const std::chrono::milliseconds interval_;
  const CpuBudget* const budget_;
  CpuSampler sampler_;
  std::atomic<std::int64_t> done_ = 0;
  std::atomic<std::int64_t> total_ = 0;
  mutable std::mutex mutex_;  // guards announced_, state_, file_, phase_began_, last_, the sink
  std::vector<std::string> announced_;
  ProgressSnapshot state_;
  std::filesystem::path file_;
  std::chrono::steady_clock::time_point began_;
  std::chrono::steady_clock::time_point phase_began_;
  TreeReading last_;
  std::condition_variable_any wake_;
  std::jthread watcher_;
};

}  // namespace screenalytics
