// SPDX-License-Identifier: MIT
#include "files/atomic_file.h"

#include "core/error.h"
#include "files/file_descriptor.h"
#include "files/folders.h"
#include "files/system_error.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace screenalytics {
namespace {

constexpr std::size_t kBufferBytes = std::size_t{1} << 20;

std::span<const std::uint8_t> bytes_of(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

std::filesystem::path folder_of(const std::filesystem::path& path) {
  return path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
}

/// As write_error, and says how much room a full disk lacks.
Error part_error(const std::filesystem::path& path, std::uint64_t missing, int error_number) {
  if (error_number != ENOSPC && error_number != EDQUOT) {
    return write_error("write", path, error_number);
  }
  std::error_code unknown;
  const auto space = std::filesystem::space(folder_of(path), unknown);
  const std::string free = unknown ? "unknown" : std::to_string(space.available);
  return {ErrorKind::no_space,
          "the disk is full while writing '" + path.string() + "' (needs at least " +
              std::to_string(missing) + " more bytes, " + free +
              " free); free some space and run again"};
}

FileDescriptor open_to_read(const std::filesystem::path& path) {
  FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.is_open()) throw read_error(path, errno);
  struct stat status{};
  if (::fstat(file.get(), &status) != 0) throw read_error(path, errno);
  if (S_ISDIR(status.st_mode)) throw read_error(path, EISDIR);
  return file;
}

/// Appends the rest of the file; sizes are not trusted, so pipes and growing files work too.
template <typename Bytes>
Bytes read_whole(const std::filesystem::path& path) {
  const FileDescriptor file = open_to_read(path);
  struct stat status{};
  if (::fstat(file.get(), &status) != 0) throw read_error(path, errno);
  Bytes bytes;
  // One byte more than the file's size finds the end without another round.
  std::size_t room = static_cast<std::size_t>(std::max<off_t>(status.st_size, 0)) + 1;
  std::size_t filled = 0;
  for (;;) {
    bytes.resize(filled + room);
    const ssize_t count = ::read(file.get(), bytes.data() + filled, room);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) throw read_error(path, errno);
    filled += static_cast<std::size_t>(count);
    if (count == 0) break;
    room = std::max(room - static_cast<std::size_t>(count), std::size_t{65536});
  }
  bytes.resize(filled);
  return bytes;
}

}  // namespace

AtomicFile::AtomicFile(std::filesystem::path path)
    : path_(std::move(path)), part_(path_.string() + ".part") {
  make_folders(folder_of(path_));
  descriptor_ = ::open(part_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (descriptor_ < 0) throw part_error(path_, 1, errno);
  buffer_.reserve(kBufferBytes);
}

AtomicFile::~AtomicFile() {
  if (descriptor_ < 0) return;
  ::close(descriptor_);
  ::unlink(part_.c_str());
}

void AtomicFile::write(std::span<const std::uint8_t> bytes) {
  hash_.add(bytes);
  size_ += bytes.size();
  while (!bytes.empty()) {
    const std::size_t count = std::min(bytes.size(), kBufferBytes - buffer_.size());
    const auto head = bytes.first(count);
    buffer_.insert(buffer_.end(), head.begin(), head.end());
    bytes = bytes.subspan(count);
    if (buffer_.size() == kBufferBytes) flush();
  }
}

void AtomicFile::write(std::string_view text) { write(bytes_of(text)); }

void AtomicFile::flush() {
  std::span<const std::uint8_t> rest(buffer_);
  while (!rest.empty()) {
    const ssize_t count = ::write(descriptor_, rest.data(), rest.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) throw part_error(path_, rest.size(), errno);
    rest = rest.subspan(static_cast<std::size_t>(count));
  }
  buffer_.clear();
}

std::string AtomicFile::commit(Durability durability) {
  flush();
  // Some file systems find a full disk only now.
  const bool sync = durability == Durability::now;
  if (sync && ::fsync(descriptor_) != 0 && errno != EINVAL) throw part_error(path_, size_, errno);
  if (::rename(part_.c_str(), path_.c_str()) != 0) throw write_error("replace", path_, errno);
  ::close(std::exchange(descriptor_, -1));
  if (sync) sync_folder(folder_of(path_));
  return hash_.hex();
}

void write_atomically(const std::filesystem::path& path,
                      std::string_view text,
                      Durability durability) {
  write_atomically(path, bytes_of(text), durability);
}

void write_atomically(const std::filesystem::path& path,
                      std::span<const std::uint8_t> bytes,
                      Durability durability) {
  AtomicFile file(path);
  file.write(bytes);
  file.commit(durability);
}

void sync_folder(const std::filesystem::path& folder) {
  const FileDescriptor handle(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!handle.is_open()) throw write_error("open the folder", folder, errno);
  // File systems that cannot sync a folder say EINVAL.
  if (::fsync(handle.get()) != 0 && errno != EINVAL && errno != ENOTSUP) {
    throw write_error("sync the folder", folder, errno);
  }
}

void sync_file_system(const std::filesystem::path& folder) {
  const FileDescriptor handle(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!handle.is_open()) throw write_error("open the folder", folder, errno);
  if (::syncfs(handle.get()) != 0) throw write_error("sync the file system of", folder, errno);
}

std::string read_text(const std::filesystem::path& path) { return read_whole<std::string>(path); }

std::vector<std::uint8_t> read_bytes(const std::filesystem::path& path) {
  return read_whole<std::vector<std::uint8_t>>(path);
}

}  // namespace screenalytics
