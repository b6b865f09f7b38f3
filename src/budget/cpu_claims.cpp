// SPDX-License-Identifier: MIT
#include "budget/cpu_claims.h"

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace screenalytics {
namespace {

namespace fs = std::filesystem;

constexpr int kMostLevels = 16;

// Empty when the folder is ours alone. A folder in /tmp could have been laid there by somebody
// else.
std::string trouble_with(const fs::path& folder) {
  const auto because = [&](const std::string& reason) {
    return "'" + folder.string() + "' " + reason;
  };
  if (folder.empty()) return "there is no folder for claims";
  std::error_code none;
  fs::create_directories(folder.parent_path(), none);
  if (mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST)
    return because("cannot be made: " + std::generic_category().message(errno));
  struct stat status{};
  if (lstat(folder.c_str(), &status) != 0 || !S_ISDIR(status.st_mode))
    return because("is no folder");
  if (status.st_uid != geteuid() || (status.st_mode & (S_IWGRP | S_IWOTH)) != 0)
    return because("does not belong to this user alone");
  if (access(folder.c_str(), W_OK) != 0) return because("cannot be written to");
  return {};
}

}  // namespace

CpuClaims::CpuClaims(const fs::path& folder, const std::vector<int>& preferred, int count)
    : trouble_(trouble_with(folder)) {
  const auto wanted = std::min(preferred.size(), static_cast<std::size_t>(std::max(count, 0)));
  for (int level = 0; level < kMostLevels && trouble_.empty(); ++level) {
    for (const int cpu : preferred) {
      if (cpus_.size() == wanted || !trouble_.empty()) break;
      if (std::ranges::find(cpus_, cpu) != cpus_.end() || !take(folder, cpu, level)) continue;
      cpus_.push_back(cpu);
      if (level > 0) ++shared_;
    }
  }
  if (cpus_.size() < wanted) take_without(preferred, static_cast<int>(wanted));
  std::ranges::sort(cpus_);
}

CpuClaims::~CpuClaims() {
  for (const int file : files_) close(file);
}

CpuClaims::CpuClaims(CpuClaims&& other) noexcept
    : cpus_(std::move(other.cpus_)),
      files_(std::exchange(other.files_, {})),
      shared_(other.shared_),
      trouble_(std::move(other.trouble_)) {}

bool CpuClaims::take(const fs::path& folder, int cpu, int level) {
  const fs::path path = folder / ("cpu-" + std::to_string(cpu) + "." + std::to_string(level));
  const int file = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (file < 0) {
    trouble_ =
        "'" + path.string() + "' cannot be opened: " + std::generic_category().message(errno);
    return false;
  }
  if (flock(file, LOCK_EX | LOCK_NB) == 0) {
    files_.push_back(file);
    return true;
  }
  const int refused = errno;
  close(file);
  if (refused != EWOULDBLOCK && refused != EINTR)
    trouble_ =
        "'" + path.string() + "' cannot be locked: " + std::generic_category().message(refused);
  return false;
}

void CpuClaims::take_without(const std::vector<int>& preferred, int count) {
  const auto start = static_cast<std::size_t>(getpid());
  for (std::size_t i = 0; i < preferred.size() && std::cmp_less(cpus_.size(), count); ++i) {
    const int cpu = preferred[(start + i) % preferred.size()];
    if (std::ranges::find(cpus_, cpu) == cpus_.end()) cpus_.push_back(cpu);
  }
}

}  // namespace screenalytics
