// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>

namespace screenalytics {

/// For a file that somebody else's library writes: it is written to `part()`, and `commit` puts it
/// in its place, synced and whole. Without `commit` the destructor removes the part. Parent folders
/// are made. Throws Error{io or no_space} naming the path.
class PartFile {
 public:
  explicit PartFile(std::filesystem::path path);
  ~PartFile();
  PartFile(const PartFile&) = delete;
  PartFile& operator=(const PartFile&) = delete;

  /// `<path>.part`, empty at first.
  const std::filesystem::path& part() const { return part_; }
  /// Nobody may have the part open for writing any more.
  void commit();

 private:
  std::filesystem::path path_;
  std::filesystem::path part_;
  bool done_ = false;
};

}  // namespace screenalytics
