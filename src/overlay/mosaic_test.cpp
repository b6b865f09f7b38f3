// SPDX-License-Identifier: MIT
#include "overlay/mosaic.h"

#include "overlay/test_canvas.h"

#include <set>

#include <gtest/gtest.h>

namespace screenalytics {
namespace {

TEST(Mosaic, NothingOfTheFaceIsLeftAnywhereInItsBox) {
  TestPicture picture({80, 80});
  picture.chequer(20, 220);
  hide_face(picture.canvas(), {24, 24, 56, 60});
  for (int y = 24; y < 60; ++y) {
    for (int x = 24; x < 56; ++x) EXPECT_NEAR(picture.luma(x, y), 120, 8) << x << ' ' << y;
  }
}

TEST(Mosaic, HasNoMoreThanAFewValuesAcrossTheFace) {
  TestPicture picture({64, 64});
  for (int y = 0; y < 64; ++y) {
    for (int x = 0; x < 64; ++x) picture.canvas().luma.row(y)[x] = static_cast<std::uint8_t>(4 * x);
  }
  hide_face(picture.canvas(), {16, 16, 48, 48});
  std::set<int> values;
  for (int x = 16; x < 48; ++x) values.insert(picture.luma(x, 32));
  EXPECT_LE(values.size(), 5U);
  EXPECT_GE(values.size(), 4U);
}

TEST(Mosaic, ReachesBeyondTheBoxButNotFarFromIt) {
  TestPicture picture({100, 100});
  picture.chequer(0, 255);
  const auto before = picture;
  hide_face(picture.canvas(), {40, 40, 60, 60});
  EXPECT_NE(picture.luma(34, 50), before.pixels()[50 * 100 + 34]);
  EXPECT_NE(picture.luma(50, 66), before.pixels()[66 * 100 + 50]);
  EXPECT_EQ(picture.luma(20, 50), before.pixels()[50 * 100 + 20]);
  EXPECT_EQ(picture.luma(50, 80), before.pixels()[80 * 100 + 50]);
}

TEST(Mosaic, HidesColourToo) {
  TestPicture picture({40, 40});
  for (int y = 0; y < 20; ++y) {
    for (int x = 0; x < 20; ++x) picture.canvas().red.row(y)[x] = x % 2 == 0 ? 90 : 170;
  }
  hide_face(picture.canvas(), {8, 8, 32, 32});
  for (int y = 4; y < 16; ++y) {
    for (int x = 4; x < 16; ++x) EXPECT_NEAR(picture.red(x, y), 130, 20) << x << ' ' << y;
  }
}

TEST(Mosaic, FacesAtTheEdgeOutsideOrWithoutAreaDoNoHarm) {
  TestPicture picture({33, 31});
  picture.chequer(20, 220);
  const auto before = picture.pixels();
  hide_face(picture.canvas(), {-100, -100, -60, -60});
  hide_face(picture.canvas(), {1e8F, 1e8F, 2e8F, 2e8F});
  hide_face(picture.canvas(), {5, 5, 5, 5});
  EXPECT_EQ(picture.pixels(), before);
  hide_face(picture.canvas(), {-10, -10, 12, 12});
  hide_face(picture.canvas(), {25, 20, 45, 50});
  hide_face(picture.canvas(), {-1e7F, -1e7F, 1e7F, 1e7F});
  EXPECT_NEAR(picture.luma(0, 0), picture.luma(32, 30), 3);
}

}  // namespace
}  // namespace screenalytics
