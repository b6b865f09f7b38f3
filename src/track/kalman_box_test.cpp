// SPDX-License-Identifier: MIT
#include "track/kalman_box.h"

#include <gtest/gtest.h>

namespace screenalytics {
namespace {

TEST(KalmanBox, StartsWhereTheFaceWasSeen) {
  const Extent place = KalmanBox({10, 20, 76, 100}).extent();
  EXPECT_NEAR(place.left, 10, 1e-4);
  EXPECT_NEAR(place.top, 20, 1e-4);
  EXPECT_NEAR(place.width, 76, 1e-4);
  EXPECT_NEAR(place.height, 100, 1e-4);
}

TEST(KalmanBox, LearnsASteadyMotion) {
  KalmanBox motion({0, 0, 76, 100});
  for (int step = 1; step <= 20; ++step) {
    motion.predict(1);
    motion.correct({5.0F * static_cast<float>(step), 0, 76, 100});
  }
  motion.predict(4);
  EXPECT_NEAR(motion.extent().left, 5 * 24, 1);
  EXPECT_NEAR(motion.extent().top, 0, 0.01);
}

KalmanBox moving_box() {
  KalmanBox motion({0, 0, 76, 100});
  motion.predict(1);
  motion.correct({6, 2, 76, 100});
  return motion;
}

/// Where a filter ends after one more sighting shows mean and covariance at once.
Extent after_sighting(KalmanBox motion) {
  motion.correct({100, 50, 80, 110});
  motion.predict(3);
  motion.correct({120, 40, 82, 108});
  return motion.extent();
}

void expect_same(const Extent& first, const Extent& second) {
  EXPECT_NEAR(first.left, second.left, 0.02);
  EXPECT_NEAR(first.top, second.top, 0.02);
  EXPECT_NEAR(first.width, second.width, 0.02);
  EXPECT_NEAR(first.height, second.height, 0.02);
}

TEST(KalmanBox, OneLongPredictionEqualsManyShortOnes) {
  // The height stands still, because noise is scaled by the height at the time.
  KalmanBox once = moving_box();
  KalmanBox whole = once;
  KalmanBox uneven = once;
  once.predict(6);
  for (int step = 0; step < 6; ++step) whole.predict(1);
  for (const float part : {0.5F, 2.25F, 0.25F, 3.0F}) uneven.predict(part);
  expect_same(after_sighting(once), after_sighting(whole));
  expect_same(after_sighting(once), after_sighting(uneven));
}

TEST(KalmanBox, NoTimeChangesNothing) {
  KalmanBox still = moving_box();
  still.predict(0);
  expect_same(after_sighting(still), after_sighting(moving_box()));
}

TEST(KalmanBox, LongerBlindnessTrustsTheNextSightingMore) {
  KalmanBox brief({0, 0, 76, 100});
  KalmanBox blind = brief;
  brief.predict(1);
  blind.predict(25);
  brief.correct({50, 0, 76, 100});
  blind.correct({50, 0, 76, 100});
  EXPECT_LT(brief.extent().left, 48);
  EXPECT_GT(blind.extent().left, 49);
}

TEST(KalmanBox, LimitsAnExtrapolatedHeight) {
  KalmanBox shrinking({0, 0, 76, 100});
  shrinking.predict(1);
  shrinking.correct({0, 0, 40, 50});
  shrinking.predict(25);
  shrinking.limit_height(25, 100);
  EXPECT_GE(shrinking.extent().height, 25);
}

TEST(PixelIou, CountsTheLastPixel) {
  EXPECT_FLOAT_EQ(pixel_iou({0, 0, 9, 9}, {0, 0, 9, 9}), 1);
  EXPECT_FLOAT_EQ(pixel_iou({0, 0, 9, 9}, {9, 0, 9, 9}), 10.0F / 190);
  EXPECT_FLOAT_EQ(pixel_iou({0, 0, 9, 9}, {10.5F, 0, 9, 9}), 0);
}

}  // namespace
}  // namespace screenalytics
