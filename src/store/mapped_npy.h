// SPDX-License-Identifier: MIT
#pragma once

#include "files/file_descriptor.h"

#include <cstdint>
#include <filesystem>
#include <span>

namespace screenalytics {

/// The matrix of a .npy file where it lies on disk: pages are read as they are looked at, so a
/// matrix larger than memory can be searched. Throws what read_npy throws.
class MappedNpy {
 public:
  explicit MappedNpy(const std::filesystem::path& path);
  ~MappedNpy();
  MappedNpy(const MappedNpy&) = delete;
  MappedNpy& operator=(const MappedNpy&) = delete;

  std::int64_t rows() const { return rows_; }
  std::int64_t columns() const { return columns_; }
  /// All rows one after the other.
  std::span<const float> values() const { return values_; }

 private:
  FileDescriptor file_;
  void* mapped_ = nullptr;
  std::size_t bytes_ = 0;
  std::int64_t rows_ = 0;
  std::int64_t columns_ = 0;
  std::span<const float> values_;
};

}  // namespace screenalytics
