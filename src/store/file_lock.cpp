// SPDX-License-Identifier: MIT
#include "store/file_lock.h"

#include "files/folders.h"
#include "files/system_error.h"

#include <cerrno>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

namespace screenalytics {
namespace {

FileDescriptor open_lock(const std::filesystem::path& path) {
  make_folders(path.parent_path());
  FileDescriptor file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666));
  if (!file.is_open()) throw write_error("open the lock", path, errno);
  return file;
}

// False when another process has the lock and `operation` does not wait.
bool take(const FileDescriptor& file, const std::filesystem::path& path, int operation) {
  while (::flock(file.get(), operation) != 0) {
    if (errno == EWOULDBLOCK) return false;
    if (errno != EINTR) throw write_error("lock", path, errno);
  }
  return true;
}

// False when the file was removed or replaced since it was opened: whoever locks next locks
// another.
bool is_still_there(const FileDescriptor& file, const std::filesystem::path& path) {
  struct stat held{};
  struct stat there{};
  if (::fstat(file.get(), &held) != 0) throw read_error(path, errno);
  return ::stat(path.c_str(), &there) == 0 && held.st_ino == there.st_ino &&
         held.st_dev == there.st_dev;
}

}  // namespace

std::optional<FileDescriptor> try_lock_file(const std::filesystem::path& path) {
  for (;;) {
    FileDescriptor file = open_lock(path);
    if (!take(file, path, LOCK_EX | LOCK_NB)) return std::nullopt;
    if (is_still_there(file, path)) return file;
  }
}

std::optional<FileDescriptor> try_share_file(const std::filesystem::path& path) {
  FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.is_open() && errno == ENOENT) return file;
  if (!file.is_open()) throw read_error(path, errno);
  if (!take(file, path, LOCK_SH | LOCK_NB)) return std::nullopt;
  return file;
}

FileDescriptor lock_file(const std::filesystem::path& path) {
  FileDescriptor file = open_lock(path);
  take(file, path, LOCK_EX);
  return file;
}

}  // namespace screenalytics
