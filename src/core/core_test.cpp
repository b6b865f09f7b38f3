// SPDX-License-Identifier: MIT
#include "core/face.h"
#include "core/geometry.h"
#include "core/time.h"

#include <limits>

#include <gtest/gtest.h>

namespace screenalytics {
namespace {

TEST(Geometry, IouOfHalfOverlappingBoxesIsAThird) {
  EXPECT_DOUBLE_EQ(iou({0, 0, 2, 1}, {1, 0, 3, 1}), 1.0 / 3);
  EXPECT_DOUBLE_EQ(iou({0, 0, 1, 1}, {1, 0, 2, 1}), 0);
  EXPECT_DOUBLE_EQ(iou({0, 0, 0, 0}, {0, 0, 0, 0}), 0);
}

TEST(Geometry, BoxesWithNanOrNoAreaAreInvalid) {
  EXPECT_TRUE(is_valid({0, 0, 1, 1}));
  EXPECT_FALSE(is_valid({1, 0, 1, 1}));
  EXPECT_FALSE(is_valid({0, 0, std::numeric_limits<float>::quiet_NaN(), 1}));
}

TEST(Geometry, ClippingABoxBesideThePictureGivesNothing) {
  EXPECT_FALSE(clipped({-50, 0, -10, 20}, {100, 100}));
  EXPECT_EQ(clipped({-5, 90, 10, 120}, {100, 100}), (Box{0, 90, 10, 100}));
}

TEST(Geometry, SimilarityIsRecoveredExactly) {
  const Landmarks from{{{0, 0}, {10, 0}, {5, 5}, {2, 9}, {8, 9}}};
  const Similarity truth{1.5, -0.5, 7, -3};
  Landmarks to;
  for (std::size_t i = 0; i < from.size(); ++i) to[i] = truth.apply(from[i]);
  const auto found = estimate_similarity(from, to);
  ASSERT_TRUE(found);
  EXPECT_NEAR(found->a, truth.a, 1e-6);
  EXPECT_NEAR(found->b, truth.b, 1e-6);
  EXPECT_NEAR(found->tx, truth.tx, 1e-5);
  EXPECT_NEAR(found->ty, truth.ty, 1e-5);
  const Point back = truth.inverse().apply(truth.apply({3, 4}));
  EXPECT_NEAR(back.x, 3, 1e-5);
  EXPECT_NEAR(back.y, 4, 1e-5);
}

TEST(Geometry, SimilarityOfCoincidentPointsIsRefused) {
  EXPECT_FALSE(estimate_similarity(Landmarks{}, Landmarks{}));
}

TEST(Embedding, IsAlwaysUnitLengthAndNeverMadeOfZeros) {
  const auto unit = Embedding::normalised({3, 4});
  ASSERT_TRUE(unit);
  EXPECT_FLOAT_EQ(unit->values()[0], 0.6F);
  EXPECT_NEAR(unit->similarity(*unit), 1, 1e-7);
  EXPECT_FALSE(Embedding::normalised({0, 0}));
  EXPECT_FALSE(Embedding::normalised({std::numeric_limits<float>::infinity(), 0}));
}

TEST(Time, SecondsRoundToTheNearestMicrosecond) {
  EXPECT_EQ(from_seconds(1.0000004).count(), 1000000);
  EXPECT_DOUBLE_EQ(to_seconds(MediaTime(from_seconds(2.5))), 2.5);
}

}  // namespace
}  // namespace screenalytics
