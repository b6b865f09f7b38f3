// SPDX-License-Identifier: MIT
#include "store/checksum.h"

#include <algorithm>
#include <bit>
#include <cstring>

namespace screenalytics {
namespace {

static_assert(std::endian::native == std::endian::little);

constexpr std::uint64_t kPrime1 = 0x9E3779B185EBCA87;
constexpr std::uint64_t kPrime2 = 0xC2B2AE3D27D4EB4F;
constexpr std::uint64_t kPrime3 = 0x165667B19E3779F9;
constexpr std::uint64_t kPrime4 = 0x85EBCA77C2B2AE63;
constexpr std::uint64_t kPrime5 = 0x27D4EB2F165667C5;

template <typename Word>
Word load(const std::uint8_t* at) {
  Word word = 0;
  std::memcpy(&word, at, sizeof word);
  return word;
}

std::uint64_t round_of(std::uint64_t lane, std::uint64_t word) {
  return std::rotl(lane + word * kPrime2, 31) * kPrime1;
}

std::uint64_t merged(std::uint64_t hash, std::uint64_t lane) {
  return (hash ^ round_of(0, lane)) * kPrime1 + kPrime4;
}

std::uint64_t finished(std::uint64_t hash, std::span<const std::uint8_t> rest) {
  while (rest.size() >= 8) {
    hash = std::rotl(hash ^ round_of(0, load<std::uint64_t>(rest.data())), 27) * kPrime1 + kPrime4;
    rest = rest.subspan(8);
  }
  if (rest.size() >= 4) {
    hash = std::rotl(hash ^ (load<std::uint32_t>(rest.data()) * kPrime1), 23) * kPrime2 + kPrime3;
    rest = rest.subspan(4);
  }
  for (const std::uint8_t byte : rest) hash = std::rotl(hash ^ (byte * kPrime5), 11) * kPrime1;
  hash = (hash ^ (hash >> 33)) * kPrime2;
  hash = (hash ^ (hash >> 29)) * kPrime3;
  return hash ^ (hash >> 32);
}

}  // namespace

void Checksum::mix_stripe(const std::uint8_t* stripe) {
  for (std::size_t i = 0; i < lanes_.size(); ++i) {
    lanes_[i] = round_of(lanes_[i], load<std::uint64_t>(stripe + 8 * i));
  }
}

void Checksum::add(std::span<const std::uint8_t> bytes) {
  const std::size_t filled = total_ % rest_.size();
  total_ += bytes.size();
  if (filled > 0) {
    const auto head = bytes.first(std::min(bytes.size(), rest_.size() - filled));
    std::ranges::copy(head, rest_.begin() + static_cast<std::ptrdiff_t>(filled));
    bytes = bytes.subspan(head.size());
    if (filled + head.size() < rest_.size()) return;
    mix_stripe(rest_.data());
  }
  while (bytes.size() >= rest_.size()) {
    mix_stripe(bytes.data());
    bytes = bytes.subspan(rest_.size());
  }
  std::ranges::copy(bytes, rest_.begin());
}

std::uint64_t Checksum::value() const {
  std::uint64_t hash = kPrime5;
  if (total_ >= rest_.size()) {
    hash = std::rotl(lanes_[0], 1) + std::rotl(lanes_[1], 7) + std::rotl(lanes_[2], 12) +
           std::rotl(lanes_[3], 18);
    for (const std::uint64_t lane : lanes_) hash = merged(hash, lane);
  }
  return finished(hash + total_, std::span(rest_).first(total_ % rest_.size()));
}

std::uint64_t checksum_of(std::span<const std::uint8_t> bytes) {
  Checksum checksum;
  checksum.add(bytes);
  return checksum.value();
}

}  // namespace screenalytics
