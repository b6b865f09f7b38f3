// SPDX-License-Identifier: MIT
#include "s3/upload_range.h"

#include "s3/encoding.h"

#include <utility>

namespace screenalytics {

std::string base64_of_hex(const std::string& sha256) {
  const auto digest = digest_from_hex(sha256);
  return digest ? base64_text(*digest) : "";
}

Error changed_file() {
  return {ErrorKind::bad_data,
          "the local file is not what the run's manifest says: run "
          "'screenalytics verify' on the run"};
}

CheckedRange::CheckedRange(const Upload& upload,
                           std::uint64_t offset,
                           std::uint64_t bytes,
                           std::string sha256)
    : upload_(upload), offset_(offset), bytes_(bytes), sha256_(std::move(sha256)) {}

std::size_t CheckedRange::read(std::uint64_t at, std::span<std::uint8_t> room) {
  if (at == 0) {
    hash_ = Sha256();
    hashed_ = 0;
  }
  const std::size_t got = upload_.read(offset_ + at, room);
  if (got == 0) throw changed_file();
  if (at != hashed_) return got;  // libcurl went back to the middle: the server still checks
  hash_.add(room.first(got));
  hashed_ += got;
  if (hashed_ == bytes_ && hash_.hex() != sha256_) throw changed_file();
  return got;
}

}  // namespace screenalytics
