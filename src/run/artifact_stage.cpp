// SPDX-License-Identifier: MIT
#include "run/artifact_stage.h"

#include "core/error.h"
#include "files/atomic_file.h"
#include "run/manifest.h"
#include "run/run_choice.h"
#include "run/save_frames.h"

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <utility>

namespace screenalytics {
namespace {

namespace fs = std::filesystem;

Json manifest_of(const RunFolder& run) {
  if (auto manifest = run.manifest()) return std::move(*manifest);
  throw Error(ErrorKind::not_found,
              "run '" + run.run_id() + "' of episode '" + run.ep_id() +
                  "' is not finished: run 'screenalytics harvest' first");
}

void write_manifest(const RunFolder& run, const Json& manifest) {
  write_atomically(run.file("manifest.json"), manifest.dump(1) + "\n");
}

bool is_output(const std::vector<std::string>& outputs, const std::string& name) {
  return std::ranges::any_of(outputs, [&](const std::string& output) {
    return output.ends_with('/') ? name.starts_with(output) : name == output;
  });
}

/// Lists what is there of the outputs, names relative to the run.
std::vector<std::string> present(const RunFolder& run, const std::vector<std::string>& outputs) {
  std::vector<std::string> names;
  for (const std::string& output : outputs) {
    if (output.ends_with('/')) {
      add_files(run, output.substr(0, output.size() - 1), names);
    } else if (fs::exists(run.file(output))) {
      names.push_back(output);
    }
  }
  return names;
}

void drop_outputs(Json& manifest, const std::vector<std::string>& outputs) {
  Json kept = Json::array();
  for (const Json& artifact : manifest["artifacts"]) {
    if (!is_output(outputs, artifact.at("name").get<std::string>())) kept.push_back(artifact);
  }
  manifest["artifacts"] = std::move(kept);
}

void add_outputs(Json& manifest, const RunFolder& run, const std::vector<std::string>& outputs) {
  std::vector<Json> artifacts = manifest["artifacts"].get<std::vector<Json>>();
  for (Json& artifact : describe_artifacts(run, present(run, outputs)))
    artifacts.push_back(std::move(artifact));
  std::ranges::sort(
      artifacts, {}, [](const Json& artifact) { return artifact.at("name").get<std::string>(); });
  manifest["artifacts"] = artifacts;
}

}  // namespace

std::string stage_status(const Json& manifest, const std::string& stage) {
  const auto stages = manifest.find("stages");
  if (stages == manifest.end() || !stages->contains(stage)) return "missing";
  return stages->at(stage).value("status", "missing");
}

void mark_later_stale(Json& manifest, const std::string& stage) {
  const auto* later = std::ranges::find(kStages, stage);
  if (later == std::end(kStages)) return;
  for (++later; later != std::end(kStages); ++later) {
    const std::string status = stage_status(manifest, *later);
    if (status != "done" && status != "stale") continue;
    Json& entry = manifest["stages"][*later];
    entry["status"] = "stale";
    entry["reason"] = stage + " ran again after it";
  }
}

void mark_leftovers_stale(Json& manifest, const RunFolder& run, const std::string& stage) {
  constexpr std::pair<const char*, const char*> kMarks[] = {
      {"cluster", "identities.json"}, {"screentime", "screentime.json"}, {"report", "report"}};
  for (const auto& [later, file] : kMarks) {
    if (fs::exists(run.file(file))) manifest["stages"][later] = {{"status", "stale"}};
  }
  mark_later_stale(manifest, stage);
}

void mark_stage_stale(const RunFolder& run, const std::string& stage, const std::string& reason) {
  if (!fs::exists(run.file("manifest.json"))) return;
  const RunLock lock(run);
  auto manifest = run.manifest();
  if (!manifest || stage_status(*manifest, stage) != "done") return;
  (*manifest)["stages"][stage]["status"] = "stale";
  (*manifest)["stages"][stage]["reason"] = reason;
  mark_later_stale(*manifest, stage);
  write_manifest(run, *manifest);
}

RunFolder find_finished_run(const Settings& settings) {
  const auto runs = settings.run_id.empty() ? list_runs(settings.data, settings.ep_id)
                                            : std::vector{settings.run_id};
  for (auto name = runs.rbegin(); name != runs.rend(); ++name) {
    const RunFolder run(settings.data, settings.ep_id, *name);
    if (fs::exists(run.file("manifest.json"))) return run;
  }
  throw Error(ErrorKind::not_found,
              "episode '" + settings.ep_id + "' has no finished run " +
                  (settings.run_id.empty() ? std::string() : "'" + settings.run_id + "' ") +
                  "in '" + settings.data.string() + "': run 'screenalytics harvest' first");
}

ArtifactStage::ArtifactStage(const RunFolder& run,
                             std::string stage,
                             std::vector<std::string> outputs,
                             const RunContext& context)
    : run_(run),
      lock_(take_run(run, context)),
      stage_(std::move(stage)),
      outputs_(std::move(outputs)),
      context_(context),
      began_(since_now(context)),
      manifest_(manifest_of(run)) {
  Json now = manifest_;
  now["stages"][stage_] = {{"status", "running"}};
  drop_outputs(now, outputs_);
  mark_later_stale(now, stage_);
  manifest_ = std::move(now);
  write_manifest(run_, manifest_);
}

Json ArtifactStage::finish(const Json& settings, const Json& more) {
  manifest_["stages"][stage_] = {{"status", "done"},
                                 {"finished_at", now_text()},
                                 {"command", context_.command},
                                 {"settings", settings},
                                 {"cpu", describe_cpu(context_, began_)}};
  for (const auto& [key, value] : more.items()) {
    if (value.is_object() && manifest_.contains(key)) {
      manifest_[key].update(value);
    } else {
      manifest_[key] = value;
    }
  }
  add_outputs(manifest_, run_, outputs_);
  sync_file_system(run_.path());
  write_manifest(run_, manifest_);
  return manifest_;
}

}  // namespace screenalytics
