// SPDX-License-Identifier: MIT
#include "store/file_lock.h"

#include "files/system_error.h"

#include <cerrno>
#include <system_error>

#include <fcntl.h>
#include <sys/file.h>

namespace screenalytics {
namespace {

FileDescriptor open_lock(const std::filesystem::path& path) {
  std::error_code error;
  std::filesystem::create_directories(path.parent_path(), error);
  if (error) throw write_error("make the folder of", path, error.value());
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

}  // namespace

std::optional<FileDescriptor> try_lock_file(const std::filesystem::path& path) {
  FileDescriptor file = open_lock(path);
  if (!take(file, path, LOCK_EX | LOCK_NB)) return std::nullopt;
  return file;
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
