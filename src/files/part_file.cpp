// SPDX-License-Identifier: MIT
#include "files/part_file.h"

#include "files/atomic_file.h"
#include "files/file_descriptor.h"
#include "files/folders.h"
#include "files/system_error.h"

#include <cerrno>
#include <cstdio>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

namespace screenalytics {
namespace {

std::filesystem::path folder_of(const std::filesystem::path& path) {
  return path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
}

}  // namespace

PartFile::PartFile(std::filesystem::path path)
    : path_(std::move(path)), part_(path_.string() + ".part") {
  make_folders(folder_of(path_));
  const FileDescriptor file(::open(part_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666));
  if (!file.is_open()) throw write_error("write", path_, errno);
}

PartFile::~PartFile() {
  if (!done_) ::unlink(part_.c_str());
}

void PartFile::commit() {
  {
    const FileDescriptor file(::open(part_.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file.is_open()) throw write_error("finish", path_, errno);
    if (::fsync(file.get()) != 0 && errno != EINVAL) throw write_error("write", path_, errno);
  }
  if (::rename(part_.c_str(), path_.c_str()) != 0) throw write_error("replace", path_, errno);
  done_ = true;
  sync_folder(folder_of(path_));
}

}  // namespace screenalytics
