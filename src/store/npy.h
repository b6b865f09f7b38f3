// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <span>
#include <string_view>
#include <vector>

namespace screenalytics {

/// float32 [rows, columns] in NumPy's format 1.0 (NEP 1), little-endian, C order, streamed: rows
/// wait in
/// `<path>.rows.part` until `commit` knows their number and puts header and rows together; the file
/// appears whole. Throws Error{io or no_space}.
class NpyWriter {
 public:
  NpyWriter(std::filesystem::path path, int columns);
  ~NpyWriter();
  NpyWriter(const NpyWriter&) = delete;
  NpyWriter& operator=(const NpyWriter&) = delete;
  /// Throws Error{internal} when the row has another length.
  void write(std::span<const float> row);
  std::int64_t rows() const { return rows_; }
  void commit();

 private:
  void check(const char* action);
  std::filesystem::path path_;
  std::filesystem::path spool_;
  std::fstream rows_file_;
  int columns_;
  std::int64_t rows_ = 0;
};

struct NpyMatrix {
  std::int64_t rows = 0;
  std::int64_t columns = 0;
  std::vector<float> values;
};

/// Where the values of a .npy file begin and how many there are.
struct NpyShape {
  std::int64_t rows = 0;
  std::int64_t columns = 0;
  std::size_t start = 0;
};
/// Of the file's bytes, with read_npy's checks; `path` is for the message only.
NpyShape npy_shape(std::string_view bytes, const std::filesystem::path& path);

/// Reads float32 matrices, C order, little-endian. Throws Error{not_found, io or bad_data}.
NpyMatrix read_npy(const std::filesystem::path& path);

}  // namespace screenalytics
