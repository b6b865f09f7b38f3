// SPDX-License-Identifier: MIT
#include "run/sync_plan.h"

#include "core/error.h"
#include "s3/encoding.h"

#include <algorithm>
#include <utility>

namespace screenalytics {
namespace {

constexpr const char* kManifest = "manifest.json";

/// A relative path that stays below the run's folder, and cannot take the manifest's place.
bool is_inside(const std::string& name) {
  const std::filesystem::path path(name);
  if (name.empty() || path.is_absolute() || path.lexically_normal().string() != name) return false;
  if (name.ends_with('/') || name == kManifest || name.ends_with(".part")) return false;
  const auto bad = [](char c) { return c == '\\' || (c >= 0 && c < ' '); };
  if (std::ranges::any_of(name, bad)) return false;
  return std::ranges::none_of(path, [](const std::filesystem::path& part) {
    return part == ".." || part == "." || part.string().starts_with('.');
  });
}

RunFile read_file(const Json& artifact) {
  RunFile file{artifact.at("name").get<std::string>(),
               artifact.at("bytes").get<std::uint64_t>(),
               artifact.at("sha256").get<std::string>()};
  if (is_inside(file.name) && digest_from_hex(file.sha256)) return file;
  throw Error(ErrorKind::bad_data,
              "the manifest lists '" + file.name.substr(0, 200) +
                  "', which is no file of a run: it was not written by this program");
}

}  // namespace

std::vector<RunFile> files_of(const Json& manifest) {
  std::vector<RunFile> files;
  try {
    for (const Json& artifact : manifest.at("artifacts")) files.push_back(read_file(artifact));
  } catch (const Json::exception&) {
    throw Error(ErrorKind::bad_data, "the manifest's list of artifacts is damaged");
  }
  return files;
}

std::string object_name(const RunFolder& run, const std::string& name) {
  return run.ep_id() + "/runs/" + run.run_id() + "/" + name;
}

SyncPlan plan_sync(const std::vector<RunFile>& files,
                   const std::map<std::string, ListedObject>& there,
                   const KnownObjects& known,
                   const std::set<std::string>& ours) {
  SyncPlan plan;
  std::set<std::string> wanted{kManifest};
  for (const RunFile& file : files) {
    wanted.insert(file.name);
    const auto object = there.find(file.name);
    if (object == there.end()) {
      plan.send.push_back(file);
      continue;
    }
    const auto record = known.find(file.name);
    const bool sure = record != known.end() && record->second.etag == object->second.etag &&
                      record->second.bytes == object->second.bytes && !record->second.etag.empty();
    const bool same_size = object->second.bytes == file.bytes;
    if (sure && same_size && record->second.sha256 == file.sha256) {
      plan.same.push_back(file);
    } else if (same_size && !sure) {
      plan.ask.push_back(file);
    } else {
      plan.send.push_back(file);
      plan.takes_back = true;
    }
  }
  for (const auto& [name, object] : there) {
    if (wanted.contains(name)) continue;
    (ours.contains(name) ? plan.obsolete : plan.foreign).push_back(name);
  }
  plan.takes_back = plan.takes_back || !plan.obsolete.empty();
  return plan;
}

}  // namespace screenalytics
