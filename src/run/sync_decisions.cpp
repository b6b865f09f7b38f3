// SPDX-License-Identifier: MIT
#include "run/sync_decisions.h"

#include "core/error.h"
#include "files/atomic_file.h"
#include "run/artifact_stage.h"
#include "run/people_run.h"
#include "run/transfers.h"
#include "store/edit_log.h"

#include <algorithm>
#include <utility>

namespace screenalytics {
namespace {

constexpr const char* kBeside = "people.from-store.jsonl";

std::string decisions(std::string_view lines) {
  return std::to_string(std::ranges::count(lines, '\n')) + " decision(s) about people";
}

/// Of these lines, what comes after the first `known` bytes.
std::string_view rest(const std::string& lines, std::size_t known) {
  return std::string_view(lines).substr(known);
}

std::string put(S3Client& client, const std::string& key, const std::string& lines) {
  client.put(key, upload_of_text(lines, "people.jsonl"));
  return decisions(lines) + " sent";
}

/// People of the pulled run that were found before the last decision do not show it.
void mark_if_older(const RunFolder& run, const Edit& last) {
  const auto manifest = run.manifest();
  if (!manifest || stage_status(*manifest, "cluster") != "done") return;
  if (manifest->at("stages").at("cluster").value("finished_at", "") < last.at)
    mark_stage_stale(run, "cluster", "decision " + to_text(last.id) + " came after it");
}

void leave_beside(const std::filesystem::path& log, const std::string& lines, Progress& progress) {
  const std::filesystem::path beside = log.parent_path() / kBeside;
  write_atomically(beside, lines);
  progress.warn(
      "decisions about people were made here and elsewhere: yours hold and are "
      "unchanged, the store's lie beside them in '" +
      beside.string() +
      "'; make those that you want here too, then 'screenalytics sync "
      "--replace-decisions'");
}

}  // namespace

std::string decisions_name(const std::string& ep_id) { return ep_id + "/people.jsonl"; }

std::string send_decisions(S3Client& client,
                           const std::string& key,
                           const std::filesystem::path& log,
                           OthersDecisions others,
                           const RunContext& context) {
  const std::string ours = read_edit_lines(log);
  if (ours.empty()) return {};
  const auto theirs = client.get_text(key);
  if (!theirs) return put(client, key, ours);
  switch (compare_edit_logs(ours, *theirs)) {
    case LogCopies::equal:
      return {};
    case LogCopies::ours_goes_on:
      return put(client, key, ours);
    case LogCopies::theirs_goes_on:
      context.progress.warn(decisions(rest(*theirs, ours.size())) +
                            " in the store are not here: 'screenalytics pull' brings them");
      return {};
    case LogCopies::differ:
      break;
  }
  if (others == OthersDecisions::replace) return put(client, key, ours);
  context.progress.warn(
      "the decisions about people that are in the store are others than those here: they were left "
      "alone and yours were not sent; 'screenalytics pull' lays them beside yours, and "
      "'screenalytics sync --replace-decisions' replaces them");
  return {};
}

std::string take_over_decisions(const std::string& lines,
                                const Settings& settings,
                                const RunFolder& pulled,
                                Progress& progress) {
  const std::filesystem::path log = edit_log_path(settings.data, settings.ep_id);
  try {
    check_edit_lines(lines, "people.jsonl in the store");
  } catch (const Error& error) {
    progress.warn(std::string("decisions about people were not fetched: ") + error.what());
    return {};
  }
  EditLogWriter writer(log);
  const std::string ours = read_edit_lines(log);
  switch (writer.take_over(lines)) {
    case LogCopies::equal:
      return {};
    case LogCopies::ours_goes_on:
      return decisions(rest(ours, lines.size())) +
             " are here and not in the store: 'screenalytics "
             "sync' sends them";
    case LogCopies::theirs_goes_on:
      break;
    case LogCopies::differ:
      leave_beside(log, lines, progress);
      return {};
  }
  if (writer.log().edits.empty()) return {};
  const Edit& last = writer.log().edits.back();
  mark_runs_stale(settings, last.id, progress, pulled.run_id());
  mark_if_older(pulled, last);
  return decisions(rest(lines, ours.size())) + " fetched";
}

}  // namespace screenalytics
