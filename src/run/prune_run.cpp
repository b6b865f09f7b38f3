// SPDX-License-Identifier: MIT
#include "run/prune_run.h"

#include "core/error.h"
#include "files/atomic_file.h"
#include "files/folders.h"
#include "files/system_error.h"
#include "run/artifact_stage.h"
#include "run/disk_need.h"
#include "store/edit_log.h"
#include "store/names.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <optional>
#include <set>
#include <system_error>

namespace screenalytics {
namespace {

namespace fs = std::filesystem;

constexpr const char* kPruned = ".pruned-";

struct OldRun {
  RunFolder run;
  bool finished = false;
  fs::file_time_type touched;  ///< manifest written, or last worked on
};

std::vector<std::string> episodes_of(const Settings& settings) {
  std::vector<std::string> episodes;
  if (!settings.ep_id.empty()) {
    const RunFolder checks_the_name(settings.data, settings.ep_id, "r");
    if (!fs::is_directory(settings.data / settings.ep_id)) {
      throw Error(
          ErrorKind::not_found,
          "there is no episode '" + settings.ep_id + "' in '" + settings.data.string() + "'");
    }
    return {settings.ep_id};
  }
  if (!fs::is_directory(settings.data)) {
    throw Error(ErrorKind::not_found, "there is no data folder '" + settings.data.string() + "'");
  }
  for (const auto& entry : fs::directory_iterator(settings.data)) {
    const std::string name = entry.path().filename().string();
    if (is_valid_name(name) && fs::is_directory(entry.path() / "runs")) episodes.push_back(name);
  }
  std::ranges::sort(episodes);
  return episodes;
}

/// When a file in the folder last changed; pictures and segments come and go with others.
fs::file_time_type last_change(const fs::path& folder) {
  auto latest = fs::file_time_type::min();
  std::error_code error;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    std::error_code gone;
    const auto time = fs::last_write_time(entry->path(), gone);
    if (!gone) latest = std::max(latest, time);
  }
  return latest;
}

OldRun look_at(const RunFolder& run) {
  const fs::path manifest = run.file("manifest.json");
  if (!fs::exists(manifest)) return {run, false, last_change(run.path())};
  return {run, true, fs::last_write_time(manifest)};
}

/// What stays because it is among the newest finished runs.
std::set<std::string> newest_of(std::vector<OldRun> runs, int keep) {
  std::erase_if(runs, [](const OldRun& one) { return !one.finished; });
  std::set<std::string> newest;
  const auto take = [&] {
    const auto count = std::min<std::ptrdiff_t>(keep, std::ssize(runs));
    for (auto one = runs.end() - count; one != runs.end(); ++one) newest.insert(one->run.run_id());
  };
  take();  // by name, as they come
  std::ranges::stable_sort(runs, {}, &OldRun::touched);
  take();
  return newest;
}

/// False when some decision found nobody in the newest run with people, or there is none.
bool newest_has_all_decisions(const std::vector<OldRun>& runs, const std::set<std::string>& kept) {
  for (auto one = runs.rbegin(); one != runs.rend(); ++one) {
    if (!kept.contains(one->run.run_id())) continue;
    const auto manifest = one->run.manifest();
    if (!manifest || stage_status(*manifest, "cluster") != "done") continue;
    const Json people = Json::parse(read_text(one->run.file("identities.json")), nullptr, false);
    if (!people.is_object()) continue;
    const auto stats = people.find("stats");
    return stats != people.end() && stats->value("edits_unresolved", 1) == 0;
  }
  return false;
}

std::set<std::string> runs_with_decisions(const Settings& settings, const std::string& ep_id) {
  std::set<std::string> runs;
  for (const Edit& edit : read_edit_log(edit_log_path(settings.data, ep_id)).edits) {
    for (const EditAnchor& anchor : edit.anchors) runs.insert(anchor.run);
  }
  return runs;
}

/// Removes what an earlier pruning left out of sight when it was interrupted.
void clear_leftovers(const fs::path& runs) {
  std::error_code error;
  std::vector<fs::path> left;
  for (fs::directory_iterator entry(runs, error), end; !error && entry != end;
       entry.increment(error)) {
    if (entry->path().filename().string().starts_with(kPruned)) left.push_back(entry->path());
  }
  for (const fs::path& folder : left) remove_folder(folder);
}

void remove_run(const RunFolder& run) {
  const fs::path away = run.path().parent_path() / (kPruned + run.run_id());
  remove_folder(away);
  if (::rename(run.path().c_str(), away.c_str()) != 0)
    throw write_error("remove", run.path(), errno);
  sync_folder(away.parent_path());
  // It vouches for what goes now, also out of sight.
  remove_file(away / "manifest.json");
  remove_folder(away);
}

/// Why a run goes; empty when it stays.
std::string reason_to_go(const OldRun& one,
                         const std::set<std::string>& kept,
                         fs::file_time_type newest) {
  if (kept.contains(one.run.run_id())) return {};
  if (one.finished) return "finished, newer ones are kept";
  if (one.touched > newest) return {};
  return "unfinished, a newer one is finished";
}

void prune(PrunedRun& pruned, const OldRun& one, const PruneOptions& options) {
  pruned.bytes = bytes_below(one.run.path());
  const auto lock = RunLock::try_take(one.run);
  if (!lock) {
    pruned.reason = "stays: another process works on it";
    return;
  }
  pruned.gone = true;
  if (!options.dry_run) remove_run(one.run);
}

void prune_episode(const Settings& settings,
                   const std::string& ep_id,
                   const PruneOptions& options,
                   std::vector<PrunedRun>& result) {
  std::vector<OldRun> runs;
  for (const std::string& run_id : list_runs(settings.data, ep_id))
    runs.push_back(look_at({settings.data, ep_id, run_id}));
  const auto kept = newest_of(runs, options.keep);
  auto newest = fs::file_time_type::min();
  for (const OldRun& one : runs) {
    if (one.finished) newest = std::max(newest, one.touched);
  }
  const bool decisions_taken_over = newest_has_all_decisions(runs, kept);
  const auto decided = runs_with_decisions(settings, ep_id);
  for (const OldRun& one : runs) {
    const std::string reason = reason_to_go(one, kept, newest);
    if (reason.empty()) continue;
    PrunedRun pruned{.ep_id = ep_id, .run_id = one.run.run_id(), .reason = reason};
    if (decided.contains(one.run.run_id()) && !decisions_taken_over) {
      pruned.reason =
          "stays: decisions about people were made on it, and the newest run does not "
          "have them all; run 'screenalytics cluster' there";
    } else {
      prune(pruned, one, options);
    }
    result.push_back(std::move(pruned));
  }
  if (!options.dry_run) clear_leftovers(settings.data / ep_id / "runs");
}

}  // namespace

std::vector<PrunedRun> prune_runs(const Settings& settings, const PruneOptions& options) {
  std::vector<PrunedRun> result;
  for (const std::string& ep_id : episodes_of(settings))
    prune_episode(settings, ep_id, options, result);
  return result;
}

}  // namespace screenalytics
