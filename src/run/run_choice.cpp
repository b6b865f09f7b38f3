// SPDX-License-Identifier: MIT
#include "run/run_choice.h"

#include "core/error.h"
#include "files/atomic_file.h"
#include "files/folders.h"
#include "files/system_error.h"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <filesystem>
#include <utility>

namespace screenalytics {
namespace {

namespace fs = std::filesystem;

/// From here on the digits of a run's name are somebody's choice, not our count.
constexpr int kNoNumber = 1'000'000'000;

/// Where the manifest waits while faces-embed works. store/verify_run.cpp knows it as a working
/// file.
constexpr const char* kHeldManifest = "manifest.held.json";

fs::path key_file(const RunFolder& run) { return run.segments() / "key"; }

std::string key_of(const RunFolder& run) {
  return fs::exists(key_file(run)) ? read_text(key_file(run)) : std::string();
}

/// What a process leaves that ended before it wrote anything, or that has only just begun.
bool is_empty_shell(const RunFolder& run) {
  if (fs::exists(run.segments()) || !fs::exists(run.file(".lock"))) return false;
  return std::ranges::all_of(fs::directory_iterator(run.path()),
                             [](const auto& entry) { return entry.path().filename() == ".lock"; });
}

bool was_finished(const RunFolder& run) {
  return fs::exists(run.file("manifest.json")) || fs::exists(run.file(kHeldManifest));
}

std::string next_name(const std::vector<std::string>& runs) {
  int highest = 0;
  for (const std::string& name : runs) {
    int number = 0;
    if (name.starts_with("run-"))
      std::from_chars(name.data() + 4, name.data() + name.size(), number);
    if (number < kNoNumber) highest = std::max(highest, number);
  }
  const std::string digits = std::to_string(highest + 1);
  return "run-" + std::string(digits.size() < 4 ? 4 - digits.size() : 0, '0') + digits;
}

}  // namespace

RunFolder choose_run(const Settings& settings, const std::string& key) {
  if (!settings.run_id.empty()) return {settings.data, settings.ep_id, settings.run_id};
  const auto runs = list_runs(settings.data, settings.ep_id);
  for (auto name = runs.rbegin(); name != runs.rend(); ++name) {
    const RunFolder run(settings.data, settings.ep_id, *name);
    const bool finished = fs::exists(run.file("manifest.json"));
    if (!finished && (key_of(run) == key || is_empty_shell(run))) return run;
  }
  return {settings.data, settings.ep_id, next_name(runs)};
}

RunLock take_run(const RunFolder& run, const RunContext& context) {
  if (auto lock = RunLock::try_take(run)) return std::move(*lock);
  if (context.longest_wait.count() > 0) {
    context.progress.say("waiting for another process that works on run " + run.run_id() + " of " +
                         run.ep_id());
  }
  return RunLock(run, {.longest = context.longest_wait, .stop = context.stop});
}

TakenRun take_chosen_run(const Settings& settings,
                         const std::string& key,
                         const RunContext& context) {
  for (;;) {
    const RunFolder run = choose_run(settings, key);
    RunLock lock = take_run(run, context);
    if (choose_run(settings, key).path() == run.path()) return {run, std::move(lock)};
  }
}

RunFolder find_run(const Settings& settings) {
  const auto runs = settings.run_id.empty() ? list_runs(settings.data, settings.ep_id)
                                            : std::vector{settings.run_id};
  for (auto name = runs.rbegin(); name != runs.rend(); ++name) {
    const RunFolder run(settings.data, settings.ep_id, *name);
    if (fs::exists(run.file("tracks.jsonl")) && was_finished(run)) return run;
  }
  throw Error(
      ErrorKind::not_found,
      "episode '" + settings.ep_id + "' has no finished run " +
          (settings.run_id.empty() ? "with tracks" : "'" + settings.run_id + "' with tracks") +
          " in '" + settings.data.string() + "': run 'screenalytics detect-track' first");
}

void hold_manifest(const RunFolder& run) {
  const fs::path manifest = run.file("manifest.json");
  if (!fs::exists(manifest)) return;
  if (std::rename(manifest.c_str(), run.file(kHeldManifest).c_str()) != 0)
    throw write_error("put aside", manifest, errno);
  sync_folder(run.path());
}

Json held_manifest(const RunFolder& run) {
  if (auto manifest = run.manifest()) return std::move(*manifest);
  const fs::path held = run.file(kHeldManifest);
  if (!fs::exists(held)) {
    throw Error(ErrorKind::not_found,
                "run '" + run.run_id() + "' of episode '" + run.ep_id() +
                    "' is not finished: run 'screenalytics detect-track' first");
  }
  Json manifest = Json::parse(read_text(held), nullptr, false);
  if (manifest.is_object()) return manifest;
  throw Error(ErrorKind::bad_data,
              "'" + held.string() + "' is damaged: run 'screenalytics detect-track' again");
}

void drop_held_manifest(const RunFolder& run) { remove_file(run.file(kHeldManifest)); }

void begin_run(const RunFolder& run, const std::string& key) {
  const bool same = key_of(run) == key;
  // A manifest vouches for what lies beside it: it goes before anything else changes.
  remove_file(run.file("manifest.json"));
  drop_held_manifest(run);
  if (same) return;
  remove_folder(run.segments());
  write_atomically(key_file(run), key);
}

}  // namespace screenalytics
