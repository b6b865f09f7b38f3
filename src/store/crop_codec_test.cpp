// SPDX-License-Identifier: MIT
#include "store/crop_codec.h"

#include "store/test_folder.h"
#include "store/test_image.h"

#include <algorithm>
#include <cstring>

#include <gtest/gtest.h>

namespace screenalytics {
namespace {

bool same(const std::optional<Image>& first, const Image& second) {
  return first && first->size() == second.size() &&
         std::ranges::equal(first->bytes(), second.bytes());
}

Image noise(Size size) {
  return Image::make(size, [&](std::uint8_t* pixels) {
    std::mt19937 random(5);
    for (int i = 0; i < size.width * size.height * 3; ++i)
      *pixels++ = static_cast<std::uint8_t>(random());
  });
}

TEST(CropCodec, IsLossless) {
  CropPacker packer;
  for (const Size size : {Size{112, 112}, Size{1, 1}, Size{1, 9}, Size{9, 1}, Size{33, 7}}) {
    EXPECT_TRUE(same(unpack_crop(packer.pack(test_image(size, 1))), test_image(size, 1)));
    EXPECT_TRUE(same(unpack_crop(packer.pack(noise(size))), noise(size)));
  }
}

TEST(CropCodec, SmoothPicturesShrinkByHalf) {
  CropPacker packer;
  EXPECT_LT(packer.pack(test_image({112, 112}, 1)).size(), 112U * 112 * 3 / 2);
}

TEST(CropCodec, TheSamePixelsGiveTheSameBytesInAnyOrder) {
  CropPacker first;
  CropPacker second;
  const auto expected = first.pack(test_image({112, 112}, 1));
  EXPECT_NE(second.pack(test_image({50, 60}, 2)), expected);
  EXPECT_EQ(second.pack(test_image({112, 112}, 1)), expected);
}

TEST(CropCodec, RefusesEmptyAndHugePictures) {
  CropPacker packer;
  EXPECT_EQ(refusal_of([&] { (void)packer.pack(Image()); }).kind, ErrorKind::internal);
  EXPECT_EQ(refusal_of([&] { (void)packer.pack(test_image({4097, 1}, 1)); }).kind,
            ErrorKind::internal);
}

TEST(CropCodec, NoCutOffOrFlippedPictureIsAccepted) {
  CropPacker packer;
  const Image crop = test_image({12, 10}, 1);
  const auto good = packer.pack(crop);
  for (std::size_t i = 0; i < good.size(); ++i) {
    EXPECT_FALSE(unpack_crop(std::span(good).first(i))) << i;
    auto flipped = good;
    flipped[i] ^= 0x20;
    const auto found = unpack_crop(flipped);
    EXPECT_TRUE(!found || same(found, crop)) << i;  // a bit that zstd does not use
  }
}

}  // namespace
}  // namespace screenalytics
