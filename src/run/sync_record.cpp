// SPDX-License-Identifier: MIT
#include "run/sync_record.h"

#include "files/atomic_file.h"
#include "files/folders.h"
#include "files/system_error.h"

#include <cerrno>
#include <iterator>
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

/// A memory that cannot be read is none.
std::string text_if_there(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

SyncRecord::SyncRecord(std::filesystem::path path)
    : path_(std::move(path)), known_(read_record(path_)) {
  make_folders(path_.parent_path());
  open();
}

void SyncRecord::open() {
  const std::string text = text_if_there(path_);
  file_.open(path_, std::ios::app);
  if (!file_) throw write_error("write", path_, errno);
  if (!text.empty() && !text.ends_with('\n')) file_ << "\n";  // the last line is torn
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
  if (text == text_if_there(path_)) return;
  file_.close();
  write_atomically(path_, text);
  open();
}

}  // namespace screenalytics
