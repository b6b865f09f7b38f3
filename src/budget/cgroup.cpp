// SPDX-License-Identifier: MIT
#include "budget/cgroup.h"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <sstream>
#include <string_view>
#include <vector>

namespace screenalytics {
namespace {

namespace fs = std::filesystem;

struct Mount {
  std::string kind;     // "cgroup" (v1) or "cgroup2"
  std::string options;  // v1: its controllers
  fs::path group;       // the group that lies at the mount point
  fs::path point;
};

bool has_item(std::string_view list, std::string_view item) {
  while (!list.empty()) {
    const auto comma = list.find(',');
    if (list.substr(0, comma) == item) return true;
    if (comma == std::string_view::npos) return false;
    list.remove_prefix(comma + 1);
  }
  return false;
}

// mountinfo writes blanks, tabs, line ends and backslashes as \ooo.
std::string unescaped(const std::string& text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    int code = 0;
    const char* const digits = text.data() + i + 1;
    const bool escape = text[i] == '\\' && i + 3 < text.size() &&
                        std::from_chars(digits, digits + 3, code, 8).ptr == digits + 3;
    plain += escape ? static_cast<char>(code) : text[i];
    if (escape) i += 3;
  }
  return plain;
}

std::vector<Mount> cgroup_mounts(const fs::path& root) {
  std::vector<Mount> mounts;
  std::ifstream file(root / "proc/self/mountinfo");
  for (std::string line; std::getline(file, line);) {
    // "id parent major:minor group point options [tags] - kind source options"
    const auto dash = line.find(" - ");
    if (dash == std::string::npos) continue;
    std::istringstream front(line.substr(0, dash));
    std::istringstream back(line.substr(dash + 3));
    std::string skip;
    std::string group;
    std::string point;
    Mount mount;
    if (!(front >> skip >> skip >> skip >> group >> point)) continue;
    if (!(back >> mount.kind >> skip >> mount.options)) continue;
    mount.group = unescaped(group);
    mount.point = unescaped(point);
    if (mount.kind == "cgroup" || mount.kind == "cgroup2") mounts.push_back(std::move(mount));
  }
  return mounts;
}

// The process's group in the hierarchy with the cpu controller (v1) or in the unified one (v2).
std::optional<fs::path> own_group(const fs::path& root, bool unified) {
  std::ifstream file(root / "proc/self/cgroup");
  for (std::string line; std::getline(file, line);) {
    // "hierarchy:controllers:path"; the unified one is "0::path".
    const auto first = line.find(':');
    const auto second = first == std::string::npos ? first : line.find(':', first + 1);
    if (second == std::string::npos) continue;
    const auto controllers = std::string_view(line).substr(first + 1, second - first - 1);
    const bool wanted = unified ? line.starts_with("0::") : has_item(controllers, "cpu");
    if (wanted) return fs::path(line.substr(second + 1));
  }
  return std::nullopt;
}

// Where the group lies below the mount point; the mount point itself when it is not below.
fs::path below_mount(const Mount& mount, const fs::path& group) {
  const fs::path relative = group.lexically_relative(mount.group);
  for (const auto& part : relative) {
    if (part == "..") return ".";
  }
  return relative.empty() ? "." : relative;
}

std::optional<double> number_in(const fs::path& path, std::string* second = nullptr) {
  std::ifstream file(path);
  std::string word;
  if (!(file >> word)) return std::nullopt;
  if (second != nullptr) file >> *second;
  double value = 0;
  const auto [end, code] = std::from_chars(word.data(), word.data() + word.size(), value);
  if (code != std::errc() || end != word.data() + word.size()) return std::nullopt;
  return value;
}

std::optional<double> percent_of(std::optional<double> quota, std::optional<double> period) {
  if (!quota || !period || !(*quota > 0) || !(*period > 0)) return std::nullopt;
  return 100 * *quota / *period;
}

std::optional<double> v1_quota(const fs::path& folder) {
  return percent_of(number_in(folder / "cpu.cfs_quota_us"),
                    number_in(folder / "cpu.cfs_period_us"));
}

std::optional<double> v2_quota(const fs::path& folder) {
  std::string period_text = "100000";
  const auto quota = number_in(folder / "cpu.max", &period_text);
  double period = 0;
  std::from_chars(period_text.data(), period_text.data() + period_text.size(), period);
  return percent_of(quota, period);
}

// Tightest quota from the process's group up to the mount point.
std::optional<double> tightest(const CpuGroup& group) {
  std::optional<double> found;
  for (fs::path folder = group.folder;; folder = folder.parent_path()) {
    const auto here = quota_of_group(folder, group.unified);
    if (here) found = std::min(found.value_or(*here), *here);
    if (folder == group.top || folder == folder.parent_path()) return found;
  }
}

std::string version_of(const std::vector<Mount>& mounts) {
  const auto of_kind = [](std::string_view kind) {
    return [kind](const Mount& mount) { return mount.kind == kind; };
  };
  const bool first = std::ranges::any_of(mounts, of_kind("cgroup"));
  const bool second = std::ranges::any_of(mounts, of_kind("cgroup2"));
  if (first && second) return "hybrid";
  if (first) return "v1";
  return second ? "v2" : "none";
}

}  // namespace

std::optional<double> quota_of_group(const fs::path& folder, bool unified) {
  return unified ? v2_quota(folder) : v1_quota(folder);
}

std::vector<CpuGroup> own_cpu_groups(const fs::path& root) {
  std::vector<CpuGroup> groups;
  for (const auto& mount : cgroup_mounts(root)) {
    const bool unified = mount.kind == "cgroup2";
    if (!unified && !has_item(mount.options, "cpu")) continue;
    const auto group = own_group(root, unified);
    if (!group) continue;
    const fs::path top = root / mount.point.relative_path();
    const fs::path relative = below_mount(mount, *group);
    groups.push_back(
        {.unified = unified, .top = top, .folder = relative == "." ? top : top / relative});
  }
  return groups;
}

CgroupQuota read_cgroup_quota(const fs::path& root) {
  CgroupQuota result{.version = version_of(cgroup_mounts(root)), .percent = std::nullopt};
  for (const CpuGroup& group : own_cpu_groups(root)) {
    const auto quota = tightest(group);
    if (quota) result.percent = std::min(result.percent.value_or(*quota), *quota);
  }
  return result;
}

}  // namespace screenalytics
