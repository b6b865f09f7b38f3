// SPDX-License-Identifier: MIT
#include "run/progress.h"

#include "core/error.h"
#include "files/atomic_file.h"
#include "run/cpu_report.h"

#include <algorithm>

namespace screenalytics {

Json to_json(const ProgressSnapshot& snapshot) {
  Json json;
  json["ep_id"] = snapshot.ep_id;
  json["run_id"] = snapshot.run_id;
  json["phase"] = snapshot.phase;
  json["done"] = snapshot.done;
  json["total"] = snapshot.total;
  json["unit"] = snapshot.unit;
  if (!snapshot.detail.empty()) json["detail"] = snapshot.detail;
  json["fps"] = rounded(snapshot.fps, 2);
  json["eta_s"] = snapshot.eta_s < 0 ? Json(nullptr) : Json(rounded(snapshot.eta_s, 1));
  json["elapsed_s"] = rounded(snapshot.elapsed_s, 1);
  json["cpu_percent"] = rounded(snapshot.cpu_percent, 1);
  json["thread_count"] = snapshot.thread_count;
  json["rss_mb"] = rounded(snapshot.rss_mb, 1);
  json["warnings"] = snapshot.warnings;
  if (!snapshot.cpu.is_null()) json["cpu"] = snapshot.cpu;
  return json;
}

namespace {

using Shield =
    ComputingThreads::Shield;  // who waits for the mutex must not wait for a parked thread

double percent_between(const TreeReading& before, const TreeReading& after) {
  const auto elapsed = std::chrono::duration<double>(after.at - before.at).count();
  return elapsed > 0 ? 100 * std::chrono::duration<double>(after.cpu - before.cpu).count() / elapsed
                     : 0;
}

}  // namespace

Progress::Progress(ProgressSink& sink,
                   std::chrono::milliseconds interval,
                   const SamplerOptions& sampling,
                   const CpuBudget* budget)
    : sink_(sink),
      interval_(interval),
      budget_(budget),
      sampler_(sampling),
      began_(std::chrono::steady_clock::now()),
      phase_began_(began_),
      last_(sampler_.report().last) {
  state_.phase = "start";
  watcher_ = std::jthread([this](const std::stop_token& stop) { watch(stop); });
}

Progress::~Progress() {
  watcher_.request_stop();
  watcher_.join();
}

void Progress::begin(const std::string& ep_id,
                     const std::string& run_id,
                     const std::filesystem::path& file) {
  const Shield shield;
  const std::lock_guard lock(mutex_);
  say_announced();
  state_.ep_id = ep_id;
  state_.run_id = run_id;
  file_ = file;
  sampler_.save_to(file.parent_path() / "cpu.csv");
}

void Progress::phase(const std::string& name, std::int64_t total, const std::string& unit) {
  const Shield shield;
  const std::lock_guard lock(mutex_);
  say_announced();
  state_.phase = name;
  state_.unit = unit;
  state_.detail.clear();
  done_ = 0;
  total_ = total;
  phase_began_ = std::chrono::steady_clock::now();
  sampler_.phase(name);
  look();
}

void Progress::detail(const std::string& text) {
  const Shield shield;
  const std::lock_guard lock(mutex_);
  state_.detail = text;
}

void Progress::say(const std::string& text) {
  const Shield shield;
  const std::lock_guard lock(mutex_);
  say_announced();
  sink_.say(text);
}

void Progress::announce(const std::string& text) {
  const Shield shield;
  const std::lock_guard lock(mutex_);
  announced_.push_back(text);
}

void Progress::say_announced() {
  for (const std::string& text : announced_) sink_.say(text);
  announced_.clear();
}

void Progress::warn(const std::string& text) {
  const Shield shield;
  const std::lock_guard lock(mutex_);
  warn_once(text);
}

void Progress::warn_once(const std::string& text) {
  if (std::ranges::find(state_.warnings, text) != state_.warnings.end()) return;
  say_announced();
  state_.warnings.push_back(text);
  sink_.warn(text);
}

void Progress::expect_no_more_threads() { sampler_.expect_threads(sampler_.report().last.threads); }

std::vector<std::string> Progress::warnings() const {
  const Shield shield;
  const std::lock_guard lock(mutex_);
  return state_.warnings;
}

void Progress::finish(const std::string& phase) {
  const Shield shield;
  const std::lock_guard lock(mutex_);
  if (phase == "done") say_announced();
  announced_.clear();
  state_.phase = phase;
  look();
}

void Progress::watch(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  while (!stop.stop_requested()) {
    wake_.wait_for(lock, stop, interval_, [] { return false; });
    if (stop.stop_requested()) return;
    say_announced();
    look();
  }
}

void Progress::look() {
  for (const std::string& text : sampler_.take_warnings()) warn_once(text);
  const ProgressSnapshot now = take();
  sink_.show(now);
  if (file_.empty()) return;
  try {
    write_atomically(file_, to_json(now).dump(1) + "\n", Durability::with_next_sync);
  } catch (const Error& error) {
    sink_.warn(error.what());
    file_.clear();
  }
}

ProgressSnapshot Progress::take() {
  const CpuReport report = sampler_.report();
  const TreeReading& reading = report.last;
  state_.done = done_;
  state_.total = total_;
  const std::chrono::duration<double> in_phase = reading.at - phase_began_;
  state_.elapsed_s = std::chrono::duration<double>(reading.at - began_).count();
  state_.fps = in_phase.count() > 0 ? static_cast<double>(state_.done) / in_phase.count() : 0;
  const bool known = state_.fps > 0 && state_.total > 0;
  state_.eta_s =
      known
          ? static_cast<double>(std::max<std::int64_t>(state_.total - state_.done, 0)) / state_.fps
          : -1;
  if (reading.at - last_.at >= std::chrono::milliseconds(50)) {
    state_.cpu_percent = percent_between(last_, reading);
    last_ = reading;
  }
  state_.thread_count = reading.threads;
  state_.rss_mb = static_cast<double>(reading.rss_bytes) / (1024.0 * 1024.0);
  if (!file_.empty()) {
    state_.cpu = describe_use(report);
    if (budget_ != nullptr) state_.cpu["seconds_by_stage"] = describe_stage_times(budget_->times());
  }
  return state_;
}

}  // namespace screenalytics
