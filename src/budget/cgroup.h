// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

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

/// The process's own group in a hierarchy that can limit CPU.
struct CpuGroup {
  bool unified = false;          ///< v2
  std::filesystem::path top;     ///< highest folder that is seen from here
  std::filesystem::path folder;  ///< the group; `top` itself when the process is in no deeper one
};
std::vector<CpuGroup> own_cpu_groups(const std::filesystem::path& root);

/// Quota written in one group's folder, in percent of one core; empty when it has none.
std::optional<double> quota_of_group(const std::filesystem::path& folder, bool unified);

}  // namespace screenalytics
