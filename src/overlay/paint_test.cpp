// SPDX-License-Identifier: MIT
#include "overlay/paint.h"

#include "overlay/test_canvas.h"

#include <algorithm>
#include <cstdlib>
#include <set>

#include <gtest/gtest.h>

namespace screenalytics {
namespace {

TEST(Paint, FillsWholePixelsAndSharesOfPixels) {
  TestPicture picture({8, 4}, 16);
  fill(picture.canvas(), {2, 1, 4.5F, 3}, {255, 255, 255}, 1);
  EXPECT_EQ(picture.luma(1, 1), 16);
  EXPECT_EQ(picture.luma(2, 1), 235);
  EXPECT_EQ(picture.luma(3, 2), 235);
  EXPECT_NEAR(picture.luma(4, 1), (16 + 235) / 2, 1);
  EXPECT_EQ(picture.luma(5, 1), 16);
  EXPECT_EQ(picture.luma(2, 3), 16);
}

TEST(Paint, ColoursFollowTheCanvasesMatrixAndRange) {
  TestPicture picture({4, 4});
  fill(picture.canvas(), {0, 0, 4, 4}, {255, 0, 0}, 1);
  EXPECT_NEAR(picture.luma(0, 0), 63, 1);  // BT.709 red, limited range
  EXPECT_NEAR(picture.blue(0, 0), 102, 1);
  EXPECT_NEAR(picture.red(0, 0), 240, 1);
  picture.canvas().red_weight = 0.299;
  picture.canvas().blue_weight = 0.114;
  picture.canvas().full_range = true;
  fill(picture.canvas(), {0, 0, 4, 4}, {255, 0, 0}, 1);
  EXPECT_NEAR(picture.luma(0, 0), 76, 1);  // BT.601, full range
  EXPECT_NEAR(picture.blue(0, 0), 85, 1);
  EXPECT_EQ(picture.red(0, 0), 255);
}

TEST(Paint, WhatLiesOutsideThePictureIsLeftOut) {
  TestPicture picture({6, 6}, 16);
  const auto before = picture.pixels();
  fill(picture.canvas(), {-1e9F, -1e9F, -1, -1}, {255, 255, 255}, 1);
  fill(picture.canvas(), {6, 6, 1e9F, 1e9F}, {255, 255, 255}, 1);
  EXPECT_EQ(picture.pixels(), before);
  fill(picture.canvas(), {-1e9F, -1e9F, 1e9F, 1e9F}, {255, 255, 255}, 1);
  EXPECT_EQ(picture.luma(5, 5), 235);
}

TEST(Paint, AnOutlineLeavesTheInsideAlone) {
  TestPicture picture({12, 12}, 16);
  outline(picture.canvas(), {2, 2, 10, 10}, 2, {255, 255, 255});
  EXPECT_EQ(picture.luma(2, 2), 235);
  EXPECT_EQ(picture.luma(9, 5), 235);
  EXPECT_EQ(picture.luma(5, 5), 16);
  EXPECT_EQ(picture.luma(1, 5), 16);
}

TEST(Paint, AStampCoversAsMuchAsItsMaskSays) {
  TestPicture picture({6, 4}, 16);
  Mask mask{.size = {2, 2}, .coverage = {255, 128, 0, 255}};
  stamp(picture.canvas(), mask, {1, 1}, {255, 255, 255});
  EXPECT_EQ(picture.luma(1, 1), 235);
  EXPECT_NEAR(picture.luma(2, 1), 126, 1);
  EXPECT_EQ(picture.luma(1, 2), 16);
  EXPECT_EQ(picture.luma(2, 2), 235);
  stamp(picture.canvas(), mask, {-1, -1}, {255, 255, 255});
  EXPECT_EQ(picture.luma(0, 0), 235);
}

TEST(Paint, PeopleHaveDifferentLightColoursThatStay) {
  std::set<std::tuple<int, int, int>> seen;
  for (int person = 1; person <= 24; ++person) {
    const Rgb colour = colour_of_person(person);
    EXPECT_EQ(colour, colour_of_person(person));
    EXPECT_GT(2126 * colour.red + 7152 * colour.green + 722 * colour.blue, 10000 * 130) << person;
    seen.insert({colour.red, colour.green, colour.blue});
    const Rgb next = colour_of_person(person + 1);
    EXPECT_GT(std::abs(colour.red - next.red) + std::abs(colour.green - next.green) +
                  std::abs(colour.blue - next.blue),
              80)
        << person;
  }
  EXPECT_EQ(seen.size(), 24U);
}

}  // namespace
}  // namespace screenalytics
