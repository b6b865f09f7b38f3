// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <vector>

#include "files/atomic_file.h"

namespace screenalytics {

/// float32 [rows, columns] in NumPy's format 1.0 (NEP 1), streamed: the header is padded so that the number of rows
/// can be filled in at `commit`. Rows are little-endian, C order.
class NpyWriter {
 public:
  NpyWriter(std::filesystem::path path, int columns);
  void write(std::span<const float> row);
  std::int64_t rows() const { return rows_; }
  void commit();

 private:
  std::filesystem::path path_;
  std::filesystem::path spool_;
  std::ofstream rows_file_;
  int columns_;
  std::int64_t rows_ = 0;
};

struct NpyMatrix {
  std::int64_t rows = 0;
  std::int64_t columns = 0;
  std::vector<float> values;
};
/// Throws Error{not_found or bad_data}.
NpyMatrix read_npy(const std::filesystem::path& path);

}  // namespace screenalytics
