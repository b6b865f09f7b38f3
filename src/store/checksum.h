// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>
#include <span>

namespace screenalytics {

/// XXH64 with seed 0 (xxHash specification 0.1.1), fed in pieces: finds damage, not malice, at
/// several GB a second.
class Checksum {
 public:
  void add(std::span<const std::uint8_t> bytes);
  /// Of everything so far; more may be added after.
  std::uint64_t value() const;

 private:
  void mix_stripe(const std::uint8_t* stripe);

  static constexpr std::uint64_t kPrime1 = 0x9E3779B185EBCA87;
  static constexpr std::uint64_t kPrime2 = 0xC2B2AE3D27D4EB4F;
  std::array<std::uint64_t, 4> lanes_{kPrime1 + kPrime2, kPrime2, 0, 0 - kPrime1};
  std::array<std::uint8_t, 32> rest_{};  // the total modulo 32 last bytes
  std::uint64_t total_ = 0;
};

std::uint64_t checksum_of(std::span<const std::uint8_t> bytes);

}  // namespace screenalytics
