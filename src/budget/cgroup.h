// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace screenalytics {

/// CPU quota that control groups put on this process.
struct CgroupQuota {
  std::string version = "none";  ///< "v1", "v2", "hybrid" or "none"
  std::optional<double>
      percent;  ///< tightest of the group and its ancestors, in percent of one core
};

/// Reads `<root>/proc/self/cgroup`, `<root>/proc/self/mountinfo` and the groups below the mount
/// points (cgroups(7)). What cannot be read or makes no sense sets no limit. `root` is "/" outside
/// tests.
CgroupQuota read_cgroup_quota(const std::filesystem::path& root);

}  // namespace screenalytics
