// SPDX-License-Identifier: MIT
#include "faces/thumbnail.h"

#include "faces/test_faces.h"

#include <limits>

#include <gtest/gtest.h>

namespace screenalytics {
namespace {

using testing::cut;
using testing::plain;

const ThumbnailOptions kOptions;

int level(const Image& image, int x, int y) {
  return image.row(y)[static_cast<std::size_t>(x) * 3];
}

TEST(ThumbnailWindow, IsASquareAsShownAroundTheFace) {
  EXPECT_EQ(thumbnail_window({100, 100, 180, 200}, 1, kOptions), (Rect{55, 65, 225, 235}));
  const Rect wide = thumbnail_window({100, 100, 140, 200}, 2, kOptions);
  EXPECT_EQ(wide.height(), 170);
  EXPECT_EQ(wide.width(), 85);
}

TEST(ThumbnailWindow, MayReachBeyondThePictureAndIsEmptyForABoxThatIsNone) {
  EXPECT_LT(thumbnail_window({0, 0, 50, 50}, 1, kOptions).left, 0);
  EXPECT_EQ(thumbnail_window({0, 0, std::numeric_limits<float>::quiet_NaN(), 5}, 1, kOptions),
            Rect{});
  EXPECT_EQ(thumbnail_window({5, 5, 5, 9}, 1, kOptions), Rect{});
}

TEST(Thumbnail, ShrinksByArea) {
  // Lines one pixel wide, black and white: by area they become even grey.
  const Image lines = Image::make({1024, 1024}, [](std::uint8_t* out) {
    for (int i = 0; i < 1024 * 1024; ++i, out += 3)
      std::fill(out, out + 3, std::uint8_t(i % 2 ? 255 : 0));
  });
  const Rect wanted{0, 0, 1024, 1024};
  const Image thumbnail = make_thumbnail(cut(lines, wanted), wanted, kOptions);
  ASSERT_EQ(thumbnail.size(), (Size{256, 256}));
  for (const int at : {0, 100, 255}) EXPECT_NEAR(level(thumbnail, at, at), 127.5, 1);
}

TEST(Thumbnail, EnlargesSmoothly) {
  const Rect wanted{0, 0, 32, 32};
  const Image thumbnail = make_thumbnail(cut(plain({32, 32}, 77), wanted), wanted, kOptions);
  ASSERT_EQ(thumbnail.size(), (Size{256, 256}));
  EXPECT_EQ(level(thumbnail, 0, 0), 77);
  EXPECT_EQ(level(thumbnail, 255, 255), 77);
}

TEST(Thumbnail, OutsideOfThePictureIsBlackAndTheFaceStaysInPlace) {
  const Image picture = plain({100, 100}, 200);
  const Rect wanted{-50, -50, 50, 50};
  const Image thumbnail = make_thumbnail(cut(picture, wanted), wanted, kOptions);
  EXPECT_EQ(level(thumbnail, 127, 200), 0);
  EXPECT_EQ(level(thumbnail, 200, 127), 0);
  EXPECT_EQ(level(thumbnail, 128, 128), 200);
  EXPECT_EQ(level(thumbnail, 255, 255), 200);
}

TEST(Thumbnail, MakesPixelsSquare) {
  // Pixels twice as wide as high: a box 40 x 80 pixels is a square as shown.
  const Image picture = Image::make({200, 200}, [](std::uint8_t* out) {
    for (int y = 0; y < 200; ++y) {
      for (int x = 0; x < 200; ++x, out += 3) {
        if (x >= 80 && x < 120 && y >= 60 && y < 140) std::fill(out, out + 3, std::uint8_t{255});
      }
    }
  });
  const Rect wanted = thumbnail_window({80, 60, 120, 140}, 2, kOptions);
  const Image thumbnail = make_thumbnail(cut(picture, wanted), wanted, kOptions);
  int across = 0, down = 0;
  for (int i = 0; i < 256; ++i) {
    across += level(thumbnail, i, 128) > 127;
    down += level(thumbnail, 128, i) > 127;
  }
  EXPECT_NEAR(across, 256 / 1.7, 2);
  EXPECT_NEAR(down, across, 2);
}

TEST(Thumbnail, IsBlackWhenNothingIsOnThePicture) {
  const Image thumbnail = make_thumbnail({}, {500, 500, 600, 600}, {.side = 16});
  ASSERT_EQ(thumbnail.size(), (Size{16, 16}));
  EXPECT_EQ(level(thumbnail, 8, 8), 0);
  EXPECT_EQ(level(make_thumbnail({}, {}, {.side = 16}), 8, 8), 0);
}

}  // namespace
}  // namespace screenalytics
