// SPDX-License-Identifier: MIT
#include "store/byte_format.h"

#include "core/error.h"

namespace screenalytics {

void ByteWriter::put(std::span<const std::uint8_t> bytes) {
  bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
}

std::span<const std::uint8_t> ByteReader::take(std::size_t count) {
  if (count > rest_.size()) throw Error(ErrorKind::bad_data, "a binary record ends too early");
  const auto taken = rest_.first(count);
  rest_ = rest_.subspan(count);
  return taken;
}

std::size_t ByteReader::get_count(std::size_t bytes_each) {
  const std::size_t count = get<std::uint32_t>();
  if (count > rest_.size() / bytes_each) {
    throw Error(ErrorKind::bad_data, "a binary record ends too early");
  }
  return count;
}

}  // namespace screenalytics
