// SPDX-License-Identifier: MIT
#include "budget/cgroup_leaf.h"

#include "budget/cgroup.h"
#include "core/error.h"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cmath>
#include <csignal>
#include <fstream>
#include <string_view>
#include <system_error>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace screenalytics {
namespace {

namespace fs = std::filesystem;
using std::chrono::microseconds;
using std::chrono::nanoseconds;

constexpr std::string_view kPrefix = "screenalytics-";
// The kernel refuses quotas below 1 ms and periods above 1 s.
constexpr microseconds kSmallestQuota = std::chrono::milliseconds(1);
constexpr microseconds kLongestPeriod = std::chrono::seconds(1);
constexpr int kMostLeaves = 64;  // of one process

std::string text_of(int error_number) { return std::generic_category().message(error_number); }

// 0, or errno.
int write_file(const fs::path& path, const std::string& text) {
  const int file = open(path.c_str(), O_WRONLY | O_CLOEXEC);
  if (file < 0) return errno;
  const ssize_t written = ::write(file, text.data(), text.size());
  const int error_number = written == static_cast<ssize_t>(text.size()) ? 0 : errno;
  close(file);
  return error_number;
}

std::string first_line(const fs::path& path) {
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  return line;
}

bool has_word(const fs::path& path, std::string_view wanted) {
  std::ifstream file(path);
  for (std::string word; file >> word;) {
    if (word == wanted) return true;
  }
  return false;
}

// v2: below the own group when that may have children with the cpu controller. Otherwise beside it,
// unless the own group has a quota, which a group beside it would escape.
std::optional<fs::path> parent_in_v2(const CpuGroup& own) {
  const auto lends_cpu = [](const fs::path& folder) {
    return has_word(folder / "cgroup.subtree_control", "cpu");
  };
  if (lends_cpu(own.folder)) return own.folder;
  const bool real_root = !fs::exists(own.folder / "cgroup.type");
  if (real_root && has_word(own.folder / "cgroup.controllers", "cpu") &&
      write_file(own.folder / "cgroup.subtree_control", "+cpu") == 0) {
    return own.folder;
  }
  if (own.folder == own.top || quota_of_group(own.folder, true)) return std::nullopt;
  if (lends_cpu(own.folder.parent_path())) return own.folder.parent_path();
  return std::nullopt;
}

// The process number in "screenalytics-123-0".
std::optional<pid_t> owner_of(const std::string& name) {
  if (!name.starts_with(kPrefix)) return std::nullopt;
  pid_t owner = 0;
  const char* const begin = name.data() + kPrefix.size();
  const char* const end = name.data() + name.size();
  const auto [at, code] = std::from_chars(begin, end, owner);
  if (code != std::errc() || at == end || *at != '-' || owner < 1) return std::nullopt;
  return owner;
}

void sweep(const fs::path& parent) {
  std::error_code none;
  for (const auto& entry : fs::directory_iterator(parent, none)) {
    const auto owner = owner_of(entry.path().filename().string());
    const bool dead = owner && kill(*owner, 0) != 0 && errno == ESRCH;
    if (dead) rmdir(entry.path().c_str());  // refused while something runs in it: it stays capped
  }
}

fs::path make_group(const fs::path& parent) {
  sweep(parent);
  for (int i = 0; i < kMostLeaves; ++i) {
    const fs::path path =
        parent / (std::string(kPrefix) + std::to_string(getpid()) + "-" + std::to_string(i));
    if (mkdir(path.c_str(), 0755) == 0) return path;
    if (errno == EEXIST) continue;
    throw Error(ErrorKind::unavailable,
                "no control group can be made in '" + parent.string() + "': " + text_of(errno));
  }
  throw Error(ErrorKind::unavailable,
              "'" + parent.string() + "' holds too many groups of this process");
}

LeafQuota possible(LeafQuota quota) {
  const auto shortest =
      microseconds(std::llround(std::ceil(100.0 * kSmallestQuota.count() / quota.percent)));
  quota.period = std::clamp(quota.period, std::min(shortest, kLongestPeriod), kLongestPeriod);
  return quota;
}

}  // namespace

CgroupLeaf::CgroupLeaf(const fs::path& root, const LeafQuota& quota) : quota_(possible(quota)) {
  const auto groups = own_cpu_groups(root);
  if (groups.empty())
    throw Error(ErrorKind::unavailable, "no control group here has the cpu controller");
  std::string why;
  for (const CpuGroup& own : groups) {
    unified_ = own.unified;
    home_ = own.folder;
    const auto parent = own.unified ? parent_in_v2(own) : std::optional(own.folder);
    if (!parent) {
      why = "the cpu controller is not delegated to '" + own.folder.string() + "'";
      continue;
    }
    try {
      path_ = make_group(*parent);
      write_quota();
      return;
    } catch (const Error& error) {
      if (!path_.empty()) rmdir(path_.c_str());
      path_.clear();
      why = error.what();
    }
  }
  throw Error(ErrorKind::unavailable, why);
}

CgroupLeaf::~CgroupLeaf() {
  if (member_ == getpid()) (void)write_file(home_ / "cgroup.procs", "0");
  rmdir(path_.c_str());  // refused while a child runs in it: it stays capped
}

std::string CgroupLeaf::quota_text() const {
  const double wanted = quota_.percent / 100 * static_cast<double>(quota_.period.count());
  const double smallest = static_cast<double>(kSmallestQuota.count());
  return std::to_string(std::llround(std::max(smallest, wanted)));
}

void CgroupLeaf::write_quota() const {
  const auto write = [&](const char* name, const std::string& text) {
    const int refused = write_file(path_ / name, text);
    if (refused == 0) return;
    throw Error(ErrorKind::unavailable,
                "'" + (path_ / name).string() + "' cannot be written: " + text_of(refused));
  };
  const std::string period = std::to_string(quota_.period.count());
  if (unified_) {
    (void)write_file(path_ / "cpu.max.burst", "0");
    write("cpu.max", quota_text() + " " + period);
  } else {
    (void)write_file(path_ / "cpu.cfs_burst_us", "0");
    write("cpu.cfs_period_us", period);
    write("cpu.cfs_quota_us", quota_text());
  }
}

void CgroupLeaf::add(pid_t process) {
  const int refused = write_file(path_ / "cgroup.procs", std::to_string(process));
  if (refused != 0) {
    throw Error(ErrorKind::unavailable,
                "process " + std::to_string(process) + " cannot be moved to '" + path_.string() +
                    "': " + text_of(refused));
  }
  member_ = process == 0 ? getpid() : process;
}

nanoseconds CgroupLeaf::throttled() const {
  std::ifstream file(path_ / "cpu.stat");
  std::string name;
  for (std::int64_t value = 0; file >> name >> value;) {
    if (name == "throttled_time") return nanoseconds(value);
    if (name == "throttled_usec") return microseconds(value);
  }
  return nanoseconds(0);
}

std::optional<std::string> CgroupLeaf::fault() const {
  const std::string where = "the control group '" + path_.string() + "' ";
  const std::string period = std::to_string(quota_.period.count());
  const std::string holds = unified_ ? first_line(path_ / "cpu.max")
                                     : first_line(path_ / "cpu.cfs_quota_us") + " " +
                                           first_line(path_ / "cpu.cfs_period_us");
  if (!fs::exists(path_)) return where + "is gone";
  if (holds != quota_text() + " " + period) return where + "no longer holds its quota";
  const bool lives = member_ > 0 && kill(member_, 0) == 0;
  if (lives && !has_word(path_ / "cgroup.procs", std::to_string(member_)))
    return where + "no longer holds process " + std::to_string(member_);
  return std::nullopt;
}

}  // namespace screenalytics
