// SPDX-License-Identifier: MIT
#include "export/frame_rate.h"

#include <gtest/gtest.h>

namespace screenalytics {
namespace {

using namespace std::chrono_literals;

TEST(FrameRate, BroadcastRatesAreExactFractions) {
  for (const auto& [fps, numerator] :
       {std::pair{23.976, 24000}, {29.97, 30000}, {47.952, 48000}, {59.94, 60000}}) {
    EXPECT_EQ(FrameRate::near(fps).numerator(), numerator);
    EXPECT_EQ(FrameRate::near(fps).denominator(), 1001);
  }
  for (const int fps : {24, 25, 30, 50, 60, 12}) {
    EXPECT_EQ(FrameRate::near(fps).numerator(), fps);
    EXPECT_EQ(FrameRate::near(fps).denominator(), 1);
  }
}

TEST(FrameRate, OtherRatesAreCountedAtTheNearestWholeRate) {
  EXPECT_EQ(FrameRate::near(24.37).numerator(), 24);
  EXPECT_EQ(FrameRate::near(24.37).frame_at(10s), 240);
  EXPECT_EQ(FrameRate::near(0.2).numerator(), 1);
  EXPECT_EQ(FrameRate::near(0).numerator(), 25);
  EXPECT_EQ(FrameRate::near(-1).numerator(), 25);
}

TEST(FrameRate, FramesAreTheNearest) {
  EXPECT_EQ(FrameRate::near(25).frame_at(3400ms), 85);
  EXPECT_EQ(FrameRate::near(25).frame_at(3419900us), 85);
  EXPECT_EQ(FrameRate::near(25).frame_at(3420ms), 86) << "half a frame goes up";
  EXPECT_EQ(FrameRate::near(59.94).frame_at(100h), 21578422);
  EXPECT_EQ(FrameRate::near(29.97).frame_at(from_seconds(1000 * 1001.0 / 30000)), 1000);
}

TEST(FrameRate, TimecodeCountsFrames) {
  const FrameRate rate = FrameRate::near(25);
  EXPECT_EQ(rate.timecode(0), "00:00:00:00");
  EXPECT_EQ(rate.timecode(24), "00:00:00:24");
  EXPECT_EQ(rate.timecode(25 * 3661 + 7), "01:01:01:07");
  EXPECT_EQ(rate.timecode(25LL * 86400), "00:00:00:00");
  EXPECT_EQ(FrameRate::near(23.976).timecode(24 * 60), "00:01:00:00");
  EXPECT_EQ(FrameRate::near(120).timecode(119), "00:00:00:119");
}

TEST(FrameRate, DropFrameSkipsNumbersAtMinutesButNotAtEveryTenth) {
  const FrameRate rate = FrameRate::near(29.97);
  EXPECT_TRUE(rate.drop_frame());
  EXPECT_EQ(rate.timecode(1799), "00:00:59;29");
  EXPECT_EQ(rate.timecode(1800), "00:01:00;02");
  EXPECT_EQ(rate.timecode(1800 + 1798), "00:02:00;02");
  EXPECT_EQ(rate.timecode(17981), "00:09:59;29");
  EXPECT_EQ(rate.timecode(17982), "00:10:00;00");
  EXPECT_EQ(rate.timecode(107892), "01:00:00;00") << "an hour by the clock";
  EXPECT_EQ(FrameRate::near(59.94).timecode(3600), "00:01:00;04");
  EXPECT_FALSE(FrameRate::near(23.976).drop_frame());
}

}  // namespace
}  // namespace screenalytics
