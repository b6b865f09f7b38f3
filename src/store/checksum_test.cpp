// SPDX-License-Identifier: MIT
#include "store/checksum.h"

#include <cstring>
#include <numeric>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>
#include <zstd.h>

namespace screenalytics {
namespace {

std::uint64_t of_text(std::string_view text) {
  return checksum_of({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
}

std::vector<std::uint8_t> counting(std::size_t size) {
  std::vector<std::uint8_t> bytes(size);
  std::iota(bytes.begin(), bytes.end(), std::uint8_t{7});
  return bytes;
}

// zstd ends a frame with the lower half of the content's XXH64: an independent implementation.
std::uint32_t zstd_checksum_of(const std::vector<std::uint8_t>& bytes) {
  ZSTD_CCtx* context = ZSTD_createCCtx();
  ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1);
  std::vector<std::uint8_t> frame(ZSTD_compressBound(bytes.size()) + 4);
  const std::size_t size =
      ZSTD_compress2(context, frame.data(), frame.size(), bytes.data(), bytes.size());
  ZSTD_freeCCtx(context);
  std::uint32_t sum = 0;
  std::memcpy(&sum, frame.data() + size - sizeof sum, sizeof sum);
  return sum;
}

TEST(Checksum, AgreesWithPublishedValues) {
  EXPECT_EQ(of_text(""), 0xEF46DB3751D8E999U);
  EXPECT_EQ(of_text("a"), 0xD24EC4F1A98C6E5BU);
  EXPECT_EQ(of_text("abc"), 0x44BC2CF5AD770999U);
}

TEST(Checksum, AgreesWithZstdAtEveryLength) {
  for (std::size_t size = 0; size < 200; ++size) {
    const auto bytes = counting(size);
    EXPECT_EQ(static_cast<std::uint32_t>(checksum_of(bytes)), zstd_checksum_of(bytes)) << size;
  }
}

TEST(Checksum, PiecesGiveTheSameAsTheWhole) {
  const auto bytes = counting(500);
  for (std::size_t piece = 1; piece < 70; ++piece) {
    Checksum checksum;
    for (std::size_t at = 0; at < bytes.size(); at += piece) {
      checksum.add(std::span(bytes).subspan(at, std::min(piece, bytes.size() - at)));
    }
    EXPECT_EQ(checksum.value(), checksum_of(bytes)) << piece;
  }
}

}  // namespace
}  // namespace screenalytics
