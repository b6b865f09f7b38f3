// SPDX-License-Identifier: MIT
#pragma once

#include "files/file_descriptor.h"
#include "store/json_lines.h"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

namespace screenalytics {

/// `<data>/<ep_id>/runs/<run_id>/`. Names are checked (1 to 128 letters, digits, '.', '_', '-', the
/// first not '.' or
/// '-'; an episode cannot be called "facebank"), so that none can leave the folder. Throws
/// Error{bad_usage}.
class RunFolder {
 public:
  RunFolder(const std::filesystem::path& data, const std::string& ep_id, const std::string& run_id);
  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path file(const std::string& name) const { return path_ / name; }
  std::filesystem::path segments() const { return path_ / "segments"; }
  std::filesystem::path segment(int number) const;  ///< segments/000012.seg
  const std::string& ep_id() const { return ep_id_; }
  const std::string& run_id() const { return run_id_; }

  /// crops/track_0001/frame_000123.jpg and thumbs/track_0001/thumb_000123.jpg, relative to the run.
  static std::string crop_name(std::int64_t track, std::int64_t frame);
  static std::string thumb_name(std::int64_t track, std::int64_t frame);
  static std::string face_id(std::int64_t track, std::int64_t frame);  ///< face_0001_000123

  /// manifest.json as it lies there, empty when there is none. Throws Error{bad_data} when it is
  /// damaged.
  std::optional<Json> manifest() const;

 private:
  std::filesystem::path path_;
  std::string ep_id_;
  std::string run_id_;
};

/// Run ids of an episode, oldest first by name.
std::vector<std::string> list_runs(const std::filesystem::path& data, const std::string& ep_id);

/// How long to wait while another process has a run.
struct LockWait {
  std::chrono::duration<double> longest{0};  ///< 0: not at all
  std::stop_token stop;                      ///< ends the waiting with Error{cancelled}
};

/// Holds the run against other processes (flock on `<run>/.lock`, which dies with its process).
class RunLock {
 public:
  /// Throws Error{busy} when another process has the run and still has it after `wait`.
  explicit RunLock(const RunFolder& run, const LockWait& wait = {});
  /// Empty when another process has it.
  static std::optional<RunLock> try_take(const RunFolder& run);

 private:
  explicit RunLock(FileDescriptor lock) : lock_(std::move(lock)) {}
  FileDescriptor lock_;
};

/// {"name","bytes","sha256"} of each file, for the manifest; names relative to the run, sorted.
Json describe_artifacts(const RunFolder& run, const std::vector<std::string>& names);

}  // namespace screenalytics
