// SPDX-License-Identifier: MIT
#include "overlay/annotate.h"

#include "overlay/test_canvas.h"

#include <cstdint>
#include <vector>

#include <gtest/gtest.h>

namespace screenalytics {
namespace {

using std::chrono::microseconds;

constexpr Rgb kWhite{255, 255, 255};

class Annotate : public testing::Test {
 protected:
  int changed(const TestPicture& after, int luma, Rect in) const {
    int count = 0;
    for (int y = in.top; y < in.bottom; ++y) {
      for (int x = in.left; x < in.right; ++x) count += after.luma(x, y) != luma;
    }
    return count;
  }
  Lettering lettering_{{.height = 14}};
};

TEST_F(Annotate, ABoxIsALightLineBetweenDarkOnes) {
  TestPicture picture({120, 120});
  draw_boxes(picture.canvas(), std::vector<NamedBox>{{{40, 40, 80, 80}, "", kWhite}}, lettering_);
  EXPECT_EQ(picture.luma(39, 60), 16);
  EXPECT_EQ(picture.luma(40, 60), 235);
  EXPECT_EQ(picture.luma(41, 60), 235);
  EXPECT_EQ(picture.luma(42, 60), 16);
  EXPECT_EQ(picture.luma(60, 60), 128);
  EXPECT_EQ(picture.luma(79, 60), 235);
}

TEST_F(Annotate, ANameStandsAboveItsBoxOrBelowWhereThereIsNoRoom) {
  TestPicture roomy({200, 120});
  draw_boxes(
      roomy.canvas(), std::vector<NamedBox>{{{60, 60, 100, 100}, "Anna", kWhite}}, lettering_);
  EXPECT_GT(changed(roomy, 128, {60, 40, 90, 58}), 300);
  EXPECT_EQ(changed(roomy, 128, {60, 104, 90, 120}), 0);
  TestPicture tight({200, 120});
  draw_boxes(tight.canvas(), std::vector<NamedBox>{{{60, 2, 100, 60}, "Anna", kWhite}}, lettering_);
  EXPECT_GT(changed(tight, 128, {60, 62, 90, 80}), 300);
}

TEST_F(Annotate, NamesDoNotCoverEachOther) {
  TestPicture picture({300, 160});
  TestPicture first({300, 160});
  const NamedBox anna{{100, 60, 140, 100}, "Anna Andersson", kWhite};
  const NamedBox bert{{120, 60, 160, 100}, "Bert Berg", {200, 100, 100}};
  draw_boxes(first.canvas(), std::vector<NamedBox>{anna}, lettering_);
  draw_boxes(picture.canvas(), std::vector<NamedBox>{anna, bert}, lettering_);
  for (int y = 40; y < 58; ++y) {
    for (int x = 100; x < 200; ++x)
      ASSERT_EQ(picture.luma(x, y), first.luma(x, y)) << x << ' ' << y;
  }
}

TEST_F(Annotate, BoxesOutsideThePictureAreLeftOut) {
  TestPicture picture({60, 60});
  const auto before = picture.pixels();
  draw_boxes(picture.canvas(),
             std::vector<NamedBox>{{{-90, -90, -50, -50}, "Anna", kWhite},
                                   {{100, 20, 120, 40}, "Bert", kWhite}},
             lettering_);
  EXPECT_EQ(picture.pixels(), before);
}

TEST_F(Annotate, TheClockIsInTheCornerAndShowsEveryFrameDifferently) {
  TestPicture one({320, 120});
  TestPicture two({320, 120});
  draw_clock(one.canvas(), MediaTime(microseconds(1'000'000)), {25}, lettering_);
  draw_clock(two.canvas(), MediaTime(microseconds(1'040'000)), {26}, lettering_);
  EXPECT_GT(changed(one, 128, {0, 0, 120, 14}), 1000);
  EXPECT_EQ(changed(one, 128, {0, 60, 320, 120}), 0);
  EXPECT_NE(one.pixels(), two.pixels());
}

TEST(ClockText, HasHoursAndMilliseconds) {
  EXPECT_EQ(running_clock(MediaTime(microseconds(0))), "0:00:00.000");
  EXPECT_EQ(running_clock(MediaTime(microseconds(3'723'500'999))), "1:02:03.500");
  EXPECT_EQ(running_clock(MediaTime(microseconds(-40'000))), "-0:00:00.040");
  EXPECT_EQ(running_clock(MediaTime(std::chrono::hours(123))), "123:00:00.000");
}

}  // namespace
}  // namespace screenalytics
