// SPDX-License-Identifier: MIT
#pragma once

#include "core/error.h"
#include "files/sha256.h"
#include "s3/s3_client.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace screenalytics {

/// As S3's checksum headers have it; empty for what is no SHA-256.
std::string base64_of_hex(const std::string& sha256);

/// Error{bad_data} of a file that is not what its upload promised.
Error changed_file();

/// Reads a range of an upload in order and compares it with its checksum before its last bytes are
/// given away, so that a server never gets all of something wrong.
class CheckedRange {
 public:
  CheckedRange(const Upload& upload, std::uint64_t offset, std::uint64_t bytes, std::string sha256);

  /// Throws changed_file().
  std::size_t read(std::uint64_t at, std::span<std::uint8_t> room);

 private:
  const Upload& upload_;
  const std::uint64_t offset_;
  const std::uint64_t bytes_;
  const std::string sha256_;
  Sha256 hash_;
  std::uint64_t hashed_ = 0;
};

}  // namespace screenalytics
