// SPDX-License-Identifier: MIT
#pragma once

#include <bit>
#include <concepts>
#include <cstdint>
#include <span>
#include <vector>

namespace screenalytics {

/// Appends numbers, little-endian and without gaps.
class ByteWriter {
 public:
  template <std::integral Number>
  void put(Number value) {
    auto rest = static_cast<std::uint64_t>(value);
    for (std::size_t i = 0; i < sizeof(Number); ++i, rest >>= 8) {
      bytes_.push_back(static_cast<std::uint8_t>(rest & 0xFF));
    }
  }
  void put(float value) { put(std::bit_cast<std::uint32_t>(value)); }
  void put(std::span<const std::uint8_t> bytes);
  std::span<const std::uint8_t> bytes() const { return bytes_; }

 private:
  std::vector<std::uint8_t> bytes_;
};

/// Reads what ByteWriter wrote. Throws Error{bad_data} instead of reading beyond the end.
class ByteReader {
 public:
  explicit ByteReader(std::span<const std::uint8_t> bytes) : rest_(bytes) {}
  template <std::integral Number>
  Number get() {
    const auto bytes = take(sizeof(Number));
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < bytes.size(); ++i) value |= std::uint64_t{bytes[i]} << (8 * i);
    return static_cast<Number>(value);
  }
  float get_float() { return std::bit_cast<float>(get<std::uint32_t>()); }
  std::span<const std::uint8_t> take(std::size_t count);
  /// A number of things to come, each of at least `bytes_each` bytes; refused when they cannot all
  /// be there.
  std::size_t get_count(std::size_t bytes_each);
  bool at_end() const { return rest_.empty(); }

 private:
  std::span<const std::uint8_t> rest_;
};

}  // namespace screenalytics
