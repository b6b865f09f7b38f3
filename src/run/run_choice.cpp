// SPDX-License-Identifier: MIT
#include "run/run_choice.h"

#include "core/error.h"
#include "files/atomic_file.h"

#include <algorithm>
#include <charconv>
#include <filesystem>

namespace screenalytics {
namespace {

namespace fs = std::filesystem;

/// From here on the digits of a run's name are somebody's choice, not our count.
constexpr int kNoNumber = 1'000'000'000;

fs::path key_file(const RunFolder& run) { return run.segments() / "key"; }

std::string key_of(const RunFolder& run) {
  return fs::exists(key_file(run)) ? read_text(key_file(run)) : std::string();
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
    if (key_of(run) == key && !fs::exists(run.file("manifest.json"))) return run;
  }
  return {settings.data, settings.ep_id, next_name(runs)};
}

RunFolder find_run(const Settings& settings) {
  const auto runs = settings.run_id.empty() ? list_runs(settings.data, settings.ep_id)
                                            : std::vector{settings.run_id};
  for (auto name = runs.rbegin(); name != runs.rend(); ++name) {
    const RunFolder run(settings.data, settings.ep_id, *name);
    if (fs::exists(run.file("tracks.jsonl")) && fs::exists(run.file("manifest.json"))) return run;
  }
  throw Error(
      ErrorKind::not_found,
      "episode '" + settings.ep_id + "' has no finished run " +
          (settings.run_id.empty() ? "with tracks" : "'" + settings.run_id + "' with tracks") +
          " in '" + settings.data.string() + "': run 'screenalytics detect-track' first");
}

void begin_run(const RunFolder& run, const std::string& key) {
  const bool same = key_of(run) == key;
  // A manifest vouches for what lies beside it: it goes before anything else changes.
  fs::remove(run.file("manifest.json"));
  if (same) return;
  fs::remove_all(run.segments());
  write_atomically(key_file(run), key);
}

}  // namespace screenalytics
