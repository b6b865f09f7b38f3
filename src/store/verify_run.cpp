// SPDX-License-Identifier: MIT
#include "store/verify_run.h"

#include "core/error.h"
#include "files/atomic_file.h"
#include "files/sha256.h"
#include "store/run_check.h"

#include <algorithm>
#include <iterator>
#include <string_view>
#include <system_error>
#include <utility>

namespace screenalytics {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kFaultsPerFile = 20;

/// A stage, the command that makes it, and its artifacts; one that ends in '/' is a folder.
struct StageFiles {
  const char* stage;
  const char* command;
  std::vector<std::string> needed;
  std::vector<std::string> also = {};
};

const std::vector<StageFiles>& stage_files() {
  static const std::vector<StageFiles> stages = {
      {"detect_track",
       "detect-track",
       {"detections.jsonl", "tracks.jsonl", "shots.jsonl", "track_metrics.json"},
       {"samples.jsonl"}},
      {"faces_embed",
       "faces-embed",
       {"faces.jsonl", "faces.npy", "tracks.npy"},
       {"crops/", "thumbs/", "frames/"}},
      {"cluster", "cluster", {"identities.json"}},
      {"screentime", "screentime", {"screentime.json", "screentime.csv"}},
      {"report", "report", {"report/index.html"}, {"report/"}}};
  return stages;
}

std::string status_of(const Json& manifest, const char* stage) {
  const auto stages = manifest.find("stages");
  if (stages == manifest.end() || !stages->is_object()) return "missing";
  const auto entry = stages->find(stage);
  if (entry == stages->end() || !entry->is_object()) return "missing";
  const auto status = entry->find("status");
  return status != entry->end() && status->is_string() ? status->get<std::string>() : "missing";
}

bool is_under(const std::string& name, const std::string& output) {
  return output.ends_with('/') ? name.starts_with(output) : name == output;
}

/// What a stage that is stale, never ended or is gone left in the folder is said with the stage.
bool belongs_to_unfinished_stage(const Json& manifest, const std::string& name) {
  for (const StageFiles& stage : stage_files()) {
    const auto owns = [&](const std::string& output) { return is_under(name, output); };
    if (std::ranges::any_of(stage.needed, owns) || std::ranges::any_of(stage.also, owns))
      return status_of(manifest, stage.stage) != "done";
  }
  return false;
}

/// Kept beside the artifacts while a process works; not part of the result.
bool is_working_file(const std::string& name) {
  return name == "manifest.json" || name == "manifest.held.json" || name == "progress.json" ||
         name == "cpu.csv" || name == ".lock" || name.starts_with("segments/") ||
         name.ends_with(".part");
}

bool stays_inside(const std::string& name) {
  const fs::path path(name);
  return !name.empty() && path.is_relative() && path.lexically_normal() == path &&
         *path.begin() != "..";
}

void read_list(RunUnderCheck& run) {
  const auto list = run.manifest.find("artifacts");
  if (list == run.manifest.end() || !list->is_array()) {
    run.fault("manifest.json", "has no list of artifacts");
    return;
  }
  for (const Json& one : *list) {
    try {
      const auto name = one.at("name").get<std::string>();
      const auto sha256 = one.at("sha256").get<std::string>();
      one.at("bytes").get<std::uint64_t>();
      if (!stays_inside(name)) {
        run.fault("manifest.json", "lists '" + name + "', which lies outside the run");
      } else if (!run.listed.emplace(name, sha256).second) {
        run.fault("manifest.json", "lists '" + name + "' twice");
      }
    } catch (const Json::exception&) {
      run.fault("manifest.json", "an artifact lacks name, bytes or sha256: " + one.dump());
    }
  }
}

/// Empty = as the manifest says.
std::string difference(const RunUnderCheck& run, const Json& artifact) {
  const fs::path path = run.path(artifact.at("name").get<std::string>());
  const auto bytes = artifact.at("bytes").get<std::uint64_t>();
  std::error_code error;
  const fs::file_status status = fs::symlink_status(path, error);
  if (!fs::exists(status)) return "is missing";
  if (!fs::is_regular_file(status)) return "is not a file";
  const std::uint64_t size = fs::file_size(path, error);
  if (error) return "cannot be read: " + error.message();
  if (size != bytes) {
    return "has " + std::to_string(size) + " bytes, the manifest says " + std::to_string(bytes);
  }
  if (sha256_of_file(path) != artifact.at("sha256").get<std::string>())
    return "has other contents than the manifest says (SHA-256)";
  return {};
}

void check_listed(RunUnderCheck& run) {
  if (run.listed.empty()) return;
  for (const Json& artifact : run.manifest.at("artifacts")) {
    if (!artifact.is_object()) continue;
    const auto found = artifact.find("name");
    if (found == artifact.end() || !found->is_string()) continue;
    const auto name = found->get<std::string>();
    if (!run.listed.contains(name) || run.broken.contains(name)) continue;
    std::string fault;
    try {
      fault = difference(run, artifact);
    } catch (const Error& error) {
      fault = error.what();
    }
    if (fault.empty()) continue;
    run.broken.insert(name);
    run.fault(name, fault);
  }
}

void check_unlisted(RunUnderCheck& run) {
  std::vector<std::string> names;
  for (const auto& entry : fs::recursive_directory_iterator(run.folder)) {
    if (!entry.is_directory() || entry.is_symlink())
      names.push_back(entry.path().lexically_relative(run.folder).generic_string());
  }
  std::ranges::sort(names);
  for (const std::string& name : names) {
    if (run.listed.contains(name) || is_working_file(name)) continue;
    if (!belongs_to_unfinished_stage(run.manifest, name))
      run.fault(name, "lies here, but the manifest does not list it");
  }
}

void check_stages(RunUnderCheck& run) {
  for (const StageFiles& stage : stage_files()) {
    if (status_of(run.manifest, stage.stage) != "done") continue;
    for (const std::string& name : stage.needed) {
      if (!run.listed.contains(name)) {
        run.fault(name,
                  std::string("is not in the manifest's list, although stage ") + stage.stage +
                      " is done");
      }
    }
  }
}

std::optional<Json> manifest_of(const fs::path& folder) {
  std::error_code ignored;
  if (!fs::is_directory(folder, ignored)) {
    throw Error(ErrorKind::not_found, "there is no run folder '" + folder.string() + "'");
  }
  if (!fs::exists(folder / "manifest.json", ignored)) return std::nullopt;
  return Json::parse(read_text(folder / "manifest.json"), nullptr, false);
}

}  // namespace

void FaultList::add(const std::string& file, const std::string& what) {
  if (++by_file_[file] <= kFaultsPerFile) faults_.push_back({file, what});
}

std::vector<RunFault> FaultList::take() {
  for (const auto& [file, count] : by_file_) {
    if (count > kFaultsPerFile)
      faults_.push_back({file, "and " + std::to_string(count - kFaultsPerFile) + " more faults"});
  }
  return std::move(faults_);
}

std::optional<std::int64_t> RunUnderCheck::count(const std::string& name) const {
  const auto counts = manifest.find("counts");
  if (counts == manifest.end() || !counts->is_object()) return std::nullopt;
  const auto found = counts->find(name);
  if (found == counts->end() || !found->is_number_integer()) return std::nullopt;
  return found->get<std::int64_t>();
}

void RunUnderCheck::compare_count(const std::string& name,
                                  const std::string& file,
                                  std::int64_t found) {
  const auto wanted = count(name);
  if (!wanted) {
    fault("manifest.json", "has no counts." + name);
  } else if (*wanted != found) {
    fault(file,
          "has " + std::to_string(found) + " rows of counts." + name + ", the manifest says " +
              std::to_string(*wanted));
  }
}

bool RunUnderCheck::for_each_row(const std::string& file,
                                 const std::function<void(const Json&)>& visit) {
  std::int64_t number = 0;
  try {
    JsonLinesReader reader(path(file));
    while (const auto row = reader.next()) {
      ++number;
      visit(*row);
    }
    return true;
  } catch (const Json::exception& error) {
    fault(file, "row " + std::to_string(number) + " lacks what it needs: " + error.what());
  } catch (const Error& error) {
    fault(file, error.what());
  }
  return false;
}

std::vector<RunFault> verify_run(const fs::path& run_folder) {
  const auto manifest = manifest_of(run_folder);
  if (!manifest) {
    return {{"manifest.json",
             "is missing: the run is not finished; the command that began it goes on where it "
             "stopped"}};
  }
  if (!manifest->is_object()) {
    return {{"manifest.json", "is damaged: it is not a JSON object; make the run again"}};
  }
  RunUnderCheck run{.folder = run_folder, .manifest = *manifest};
  read_list(run);
  for (const auto& [name, sha256] : run.listed) {
    if (belongs_to_unfinished_stage(run.manifest, name)) run.outdated.insert(name);
  }
  check_stages(run);
  check_listed(run);
  check_unlisted(run);
  check_tracks(run);
  check_faces(run);
  check_pictures(run);
  check_people(run);
  return run.faults.take();
}

std::vector<RunFault> unfinished_stages(const fs::path& run_folder) {
  std::vector<RunFault> faults;
  const auto manifest = manifest_of(run_folder);
  if (!manifest || !manifest->is_object()) return faults;
  for (const StageFiles& stage : stage_files()) {
    const std::string status = status_of(*manifest, stage.stage);
    const std::string again = std::string(": run 'screenalytics ") + stage.command + "' again";
    if (status == "stale") {
      const Json& entry = manifest->at("stages").at(stage.stage);
      const auto reason = entry.find("reason");
      const bool told = reason != entry.end() && reason->is_string();
      faults.push_back({stage.needed.front(),
                        std::string("is stale") +
                            (told ? " (" + reason->get<std::string>() + ")" : std::string()) +
                            again});
    } else if (status == "running") {
      faults.push_back({stage.needed.front(),
                        std::string("stage ") + stage.stage + " began and did not end" + again});
    }
  }
  return faults;
}

}  // namespace screenalytics
