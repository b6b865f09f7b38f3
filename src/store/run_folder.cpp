// SPDX-License-Identifier: MIT
#include "store/run_folder.h"

#include "core/error.h"
#include "files/atomic_file.h"
#include "files/sha256.h"
#include "files/system_error.h"
#include "store/file_lock.h"
#include "store/names.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <system_error>
#include <thread>

#include <unistd.h>

namespace screenalytics {
namespace {

namespace fs = std::filesystem;

std::string padded(std::int64_t number, int digits) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%0*lld", digits, static_cast<long long>(number));
  return text.data();
}

void check_episode(const std::string& ep_id) {
  check_name("episode id", ep_id);
  if (ep_id == "facebank") {
    throw Error(ErrorKind::bad_usage,
                "the episode id 'facebank' is taken: the folder of the seed photos has that name");
  }
}

fs::path runs_of(const fs::path& data, const std::string& ep_id) { return data / ep_id / "runs"; }

constexpr std::chrono::milliseconds kLookAgain{100};

FileDescriptor lock_of(const RunFolder& run, const LockWait& wait) {
  const auto began = std::chrono::steady_clock::now();
  for (;;) {
    if (auto lock = try_lock_file(run.file(".lock"))) return std::move(*lock);
    if (wait.stop.stop_requested()) throw Error(ErrorKind::cancelled, "stopped");
    if (std::chrono::steady_clock::now() - began >= wait.longest) break;
    std::this_thread::sleep_for(kLookAgain);
  }
  throw Error(ErrorKind::busy,
              "another process works on run '" + run.run_id() + "' of '" + run.ep_id() +
                  "': wait for it (--wait), or use another --run-id");
}

}  // namespace

RunFolder::RunFolder(const fs::path& data, const std::string& ep_id, const std::string& run_id)
    : ep_id_(ep_id), run_id_(run_id) {
  check_episode(ep_id);
  check_name("run id", run_id);
  path_ = runs_of(data, ep_id) / run_id;
}

fs::path RunFolder::segment(int number) const { return segments() / (padded(number, 6) + ".seg"); }

std::string RunFolder::crop_name(std::int64_t track, std::int64_t frame) {
  return "crops/track_" + padded(track, 4) + "/frame_" + padded(frame, 6) + ".jpg";
}

std::string RunFolder::thumb_name(std::int64_t track, std::int64_t frame) {
  return "thumbs/track_" + padded(track, 4) + "/thumb_" + padded(frame, 6) + ".jpg";
}

std::string RunFolder::face_id(std::int64_t track, std::int64_t frame) {
  return "face_" + padded(track, 4) + "_" + padded(frame, 6);
}

std::optional<Json> RunFolder::manifest() const {
  const fs::path path = file("manifest.json");
  std::error_code ignored;
  if (!fs::exists(path, ignored)) return std::nullopt;
  Json manifest = Json::parse(read_text(path), nullptr, false);
  if (manifest.is_object()) return manifest;
  throw Error(
      ErrorKind::bad_data,
      "'" + path.string() + "' is damaged: it is not a JSON object; remove it and run again");
}

std::vector<std::string> list_runs(const fs::path& data, const std::string& ep_id) {
  check_episode(ep_id);
  std::vector<std::string> runs;
  std::error_code error;
  const fs::path folder = runs_of(data, ep_id);
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    std::error_code ignored;
    if (is_valid_name(name) && entry->is_directory(ignored)) runs.push_back(name);
  }
  // A disk that fails is not an episode without runs, nor is a file where a folder should be.
  if (error == std::errc::not_a_directory) {
    throw Error(ErrorKind::io,
                "'" + folder.string() +
                    "' cannot be there: a part of this path is a file; choose "
                    "another folder with --data");
  }
  if (error && error != std::errc::no_such_file_or_directory)
    throw read_error(folder, error.value());
  std::ranges::sort(runs);
  return runs;
}

RunLock::RunLock(const RunFolder& run, const LockWait& wait) : lock_(lock_of(run, wait)) {}

std::optional<RunLock> RunLock::try_take(const RunFolder& run) {
  auto lock = try_lock_file(run.file(".lock"));
  if (!lock) return std::nullopt;
  return RunLock(std::move(*lock));
}

Json describe_artifacts(const RunFolder& run, const std::vector<std::string>& names) {
  std::vector<std::string> sorted = names;
  std::ranges::sort(sorted);
  const auto same = std::ranges::unique(sorted);
  sorted.erase(same.begin(), same.end());
  Json artifacts = Json::array();
  for (const auto& name : sorted) {
    const fs::path path = run.file(name);
    const std::string sha256 = sha256_of_file(path);
    artifacts.push_back({{"name", name}, {"bytes", fs::file_size(path)}, {"sha256", sha256}});
  }
  return artifacts;
}

}  // namespace screenalytics
