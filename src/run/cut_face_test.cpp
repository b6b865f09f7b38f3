// SPDX-License-Identifier: MIT
#include "run/cut_face.h"

#include "run/test_fakes.h"

#include <gtest/gtest.h>

namespace screenalytics {
namespace {

TEST(CutFace, GivesAnAlignedCropAndMeasuresIt) {
  const CutFace cut = cut_face(FakePicture({640, 360}), {.box = {100, 100, 200, 220}}, Settings{});
  ASSERT_TRUE(cut.crop);
  EXPECT_EQ(cut.crop->size(), (Size{kCropSide, kCropSide}));
  EXPECT_FLOAT_EQ(cut.quality.size, 100);
  EXPECT_NEAR(cut.quality.contrast, 0, 0.01);  // one shade all over
}

TEST(CutFace, GivesNoCropOfAFaceThatIsNotOnThePicture) {
  const FakePicture picture({640, 360});
  EXPECT_FALSE(cut_face(picture, {.box = {900, 100, 1000, 220}}, Settings{}).crop);
  EXPECT_FALSE(cut_face(picture, {.box = {200, 100, 100, 220}}, Settings{}).crop);
}

TEST(CutFace, TheThumbnailIsAJpeg) {
  const auto jpeg =
      thumbnail_jpeg(FakePicture({640, 360}), {.box = {100, 100, 200, 220}}, Settings{});
  ASSERT_GT(jpeg.size(), 100U);
  EXPECT_EQ(jpeg[0], 0xFF);
  EXPECT_EQ(jpeg[1], 0xD8);
}

}  // namespace
}  // namespace screenalytics
