// SPDX-License-Identifier: MIT
#include "run/sync_record.h"

#include "core/error.h"
#include "files/atomic_file.h"

#include <utility>

namespace screenalytics {
namespace {

std::string line_of(const std::string& name, const KnownObject& object) {
  return Json{{"name", name},
              {"bytes", object.bytes},
              {"sha256", object.sha256},
              {"etag", object.etag}}
             .dump() +
         "\n";
}

KnownObjects read_record(const std::filesystem::path& path) {
  KnownObjects known;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    const Json json = Json::parse(line, nullptr, false);
    try {
      known[json.at("name").get<std::string>()] = {json.at("bytes").get<std::uint64_t>(),
                                                   json.at("sha256").get<std::string>(),
                                                   json.at("etag").get<std::string>()};
    } catch (const Json::exception&) {  // NOLINT(bugprone-empty-catch): it costs a question
    }
  }
  return known;
}

}  // namespace

SyncRecord::SyncRecord(std::filesystem::path path)
    : path_(std::move(path)), known_(read_record(path_)) {
  std::error_code ignored;
  std::filesystem::create_directories(path_.parent_path(), ignored);
  file_.open(path_, std::ios::app);
  if (!file_)
    throw Error(ErrorKind::io,
                "cannot write '" + path_.string() + "', which remembers what was sent");
  file_ << "\n";  // the last line may be torn
}

void SyncRecord::add(const std::string& name, const KnownObject& object) {
  const std::lock_guard lock(mutex_);
  known_[name] = object;
  file_ << line_of(name, object) << std::flush;
}

void SyncRecord::tidy(const std::vector<RunFile>& files) {
  const std::lock_guard lock(mutex_);
  std::string text;
  for (const RunFile& file : files) {
    const auto found = known_.find(file.name);
    if (found != known_.end()) text += line_of(file.name, found->second);
  }
  file_.close();
  write_atomically(path_, text);
  file_.open(path_, std::ios::app);
}

}  // namespace screenalytics
