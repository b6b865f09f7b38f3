// SPDX-License-Identifier: MIT
#include "store/jpeg.h"

#include "store/test_folder.h"
#include "store/test_image.h"

#include <cstdlib>
#include <memory>

#include <gtest/gtest.h>
#include <turbojpeg.h>

namespace screenalytics {
namespace {

struct DestroyDecompressor {
  void operator()(void* handle) const { tjDestroy(handle); }
};

struct Decoded {
  Size size;
  int subsampling = -1;
  std::vector<std::uint8_t> pixels;
};

Decoded decode(const std::vector<std::uint8_t>& jpeg) {
  const std::unique_ptr<void, DestroyDecompressor> handle(tjInitDecompress());
  Decoded image;
  const auto length = static_cast<unsigned long>(jpeg.size());
  int colours = 0;
  EXPECT_EQ(tjDecompressHeader3(handle.get(),
                                jpeg.data(),
                                length,
                                &image.size.width,
                                &image.size.height,
                                &image.subsampling,
                                &colours),
            0);
  image.pixels.resize(static_cast<std::size_t>(image.size.width * image.size.height * 3));
  EXPECT_EQ(tjDecompress2(handle.get(),
                          jpeg.data(),
                          length,
                          image.pixels.data(),
                          image.size.width,
                          0,
                          image.size.height,
                          TJPF_BGR,
                          TJFLAG_ACCURATEDCT),
            0);
  return image;
}

double mean_difference(std::span<const std::uint8_t> first, std::span<const std::uint8_t> second) {
  double sum = 0;
  for (std::size_t i = 0; i < first.size(); ++i) sum += std::abs(first[i] - second[i]);
  return sum / static_cast<double>(first.size());
}

// Blue to the left, red to the right: a swap of channels would show.
Image two_colours() {
  return Image::make({64, 48}, [](std::uint8_t* pixels) {
    for (int i = 0; i < 64 * 48; ++i, pixels += 3) {
      pixels[0] = i % 64 < 32 ? 200 : 20;
      pixels[1] = 60;
      pixels[2] = i % 64 < 32 ? 20 : 200;
    }
  });
}

TEST(Jpeg, KeepsSizeAndColours) {
  const Image image = two_colours();
  const auto decoded = decode(encode_jpeg(image, 90));
  EXPECT_EQ(decoded.size, (Size{64, 48}));
  EXPECT_EQ(decoded.subsampling, TJSAMP_420);
  EXPECT_LT(mean_difference(decoded.pixels, image.bytes()), 3);
}

TEST(Jpeg, SamePixelsGiveTheSameBytes) {
  EXPECT_EQ(encode_jpeg(test_image({112, 112}, 3), 85), encode_jpeg(test_image({112, 112}, 3), 85));
}

TEST(Jpeg, HigherQualityIsLarger) {
  const Image image = test_image({100, 75}, 1);
  EXPECT_LT(encode_jpeg(image, 30).size(), encode_jpeg(image, 95).size());
}

TEST(Jpeg, OddSizesWork) {
  for (const Size size : {Size{1, 1}, Size{3, 17}, Size{257, 1}}) {
    EXPECT_EQ(decode(encode_jpeg(test_image(size, 2), 85)).size, size);
  }
}

TEST(Jpeg, ComesBackSmaller) {
  const auto bytes = encode_jpeg(test_image({256, 128}, 1), 85);
  EXPECT_EQ(decode_jpeg(bytes, 1000).value().size(), (Size{256, 128}));
  EXPECT_EQ(decode_jpeg(bytes, 160).value().size(), (Size{160, 80}));
  EXPECT_EQ(decode_jpeg(bytes, 100).value().size(), (Size{96, 48}));
  EXPECT_FALSE(decode_jpeg(bytes, 31));
}

TEST(Jpeg, WhatIsNoWholeJpegIsNoPicture) {
  auto bytes = encode_jpeg(test_image({64, 64}, 1), 85);
  bytes.resize(bytes.size() / 2);
  EXPECT_FALSE(decode_jpeg(bytes, 64));
  EXPECT_FALSE(decode_jpeg({}, 64));
  EXPECT_FALSE(decode_jpeg(std::vector<std::uint8_t>(100, 7), 64));
}

TEST(Jpeg, RefusesNoPicturesAndNoQuality) {
  EXPECT_EQ(refusal_of([] { (void)encode_jpeg(Image(), 85); }).kind, ErrorKind::internal);
  EXPECT_EQ(refusal_of([] { (void)encode_jpeg(two_colours(), 0); }).kind, ErrorKind::internal);
  EXPECT_EQ(refusal_of([] { (void)encode_jpeg(two_colours(), 101); }).kind, ErrorKind::internal);
}

}  // namespace
}  // namespace screenalytics
