// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>

#include <sys/types.h>

namespace screenalytics {

/// What a leaf group holds.
struct LeafQuota {
  double percent = 100;  ///< of one core
  std::chrono::microseconds period = std::chrono::milliseconds(10);
};

/// A control group of our own with a CPU quota (v1 `cpu.cfs_quota_us`, v2 `cpu.max`; no burst),
/// below the process's group. Whoever is put into it stays under the quota, with all that it
/// starts. The destructor moves the caller back out and removes the group; with other members left
/// it stays, and they stay capped. Empty groups that dead processes left are removed when a new one
/// is made.
class CgroupLeaf {
 public:
  /// Makes the group, empty. Throws Error{unavailable} with the reason where that is not possible.
  /// `root` is "/" outside tests.
  CgroupLeaf(const std::filesystem::path& root, const LeafQuota& quota);
  ~CgroupLeaf();
  CgroupLeaf(const CgroupLeaf&) = delete;
  CgroupLeaf& operator=(const CgroupLeaf&) = delete;

  /// Moves a whole process (0: the caller) in. Throws Error{unavailable}.
  void add(pid_t process);
  /// How long the group's threads were kept waiting so far.
  std::chrono::nanoseconds throttled() const;
  /// Empty while the group is there and holds the quota; else what happened to it.
  std::optional<std::string> fault() const;
  const std::filesystem::path& path() const { return path_; }
  const char* version() const { return unified_ ? "v2" : "v1"; }
  const LeafQuota& quota() const { return quota_; }

 private:
  void write_quota() const;
  std::string quota_text() const;

  LeafQuota quota_;
  bool unified_ = false;
  std::filesystem::path home_;  // where the caller came from
  std::filesystem::path path_;
  pid_t member_ = 0;
};

}  // namespace screenalytics
