// SPDX-License-Identifier: MIT
#include "files/folders.h"

#include "files/atomic_file.h"
#include "files/system_error.h"

#include <cerrno>
#include <cstdio>
#include <system_error>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace screenalytics {
namespace {

namespace fs = std::filesystem;

fs::path holder_of(const fs::path& path) {
  return path.has_parent_path() ? path.parent_path() : fs::path(".");
}

void rename_or_throw(const fs::path& from, const fs::path& to) {
  if (::rename(from.c_str(), to.c_str()) != 0) throw write_error("replace", to, errno);
}

}  // namespace

void make_folders(const fs::path& folder) {
  std::error_code ignored;
  if (folder.empty() || fs::is_directory(folder, ignored)) return;
  const fs::path holder = holder_of(folder);
  if (holder != folder) make_folders(holder);
  if (::mkdir(folder.c_str(), 0777) != 0 && errno != EEXIST)
    throw write_error("make the folder", folder, errno);
  sync_folder(holder);
}

void remove_file(const fs::path& path) {
  if (::unlink(path.c_str()) != 0) {
    if (errno == ENOENT) return;
    throw write_error("remove", path, errno);
  }
  sync_folder(holder_of(path));
}

void remove_folder(const fs::path& folder) {
  std::error_code error;
  fs::remove_all(folder, error);
  if (error) throw write_error("remove", folder, error.value());
}

void exchange_folders(const fs::path& fresh, const fs::path& old) {
  if (::renameat2(AT_FDCWD, fresh.c_str(), AT_FDCWD, old.c_str(), RENAME_EXCHANGE) != 0) {
    if (errno != EINVAL && errno != ENOSYS) throw write_error("replace", old, errno);
    const fs::path aside = old.string() + ".aside";
    rename_or_throw(old, aside);
    rename_or_throw(fresh, old);
    rename_or_throw(aside, fresh);
  }
  sync_folder(holder_of(old));
}

}  // namespace screenalytics
