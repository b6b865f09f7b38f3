// SPDX-License-Identifier: MIT
#pragma once

#include "files/atomic_file.h"

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <optional>

#include <nlohmann/json.hpp>

namespace screenalytics {

/// Keys keep the order in which they were written.
using Json = nlohmann::ordered_json;

/// Rounds to `decimals`, so that a number is written short and the same everywhere.
double rounded(double value, int decimals);

/// The double that is written as short as the float itself would be, and reads back as exactly that
/// float.
double shortest(float value);

/// One row a line, streamed; the file appears whole at `commit`.
class JsonLinesWriter {
 public:
  explicit JsonLinesWriter(const std::filesystem::path& path);
  void write(const Json& row);
  std::int64_t rows() const { return rows_; }
  void commit();

 private:
  AtomicFile file_;
  std::int64_t rows_ = 0;
};

/// Reads row by row; every row is a JSON object, blank lines are passed over. Throws
/// Error{not_found, or bad_data with file and line}.
class JsonLinesReader {
 public:
  explicit JsonLinesReader(const std::filesystem::path& path);
  std::optional<Json> next();

 private:
  std::filesystem::path path_;
  std::ifstream stream_;
  std::int64_t line_ = 0;
};

}  // namespace screenalytics
