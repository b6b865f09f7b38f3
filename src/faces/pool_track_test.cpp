// SPDX-License-Identifier: MIT
#include "faces/pool_track.h"

#include "faces/test_faces.h"

#include <limits>

#include <gmock/gmock.h>

namespace screenalytics {
namespace {

using testing::at_angle;
using ::testing::ElementsAre;
using testing::unit;

const PoolOptions kOptions;

double angle_of(const Embedding& embedding) {
  return std::atan2(embedding.values()[1], embedding.values()[0]) * 180 / std::numbers::pi;
}

TEST(PoolTrack, WeighsByQuality) {
  const std::vector<Embedding> samples{at_angle(0), at_angle(10)};
  const std::vector<float> even{0.5F, 0.5F}, uneven{0.9F, 0.1F};
  EXPECT_NEAR(angle_of(pool_track(samples, even, kOptions)->embedding), 5, 0.01);
  EXPECT_NEAR(angle_of(pool_track(samples, uneven, kOptions)->embedding), 1, 0.01);
}

TEST(PoolTrack, LeavesOutTheStrangerAndSaysSo) {
  const std::vector<Embedding> samples{at_angle(0), at_angle(90), at_angle(6), at_angle(3)};
  const std::vector<float> qualities(4, 0.8F);
  const auto pooled = pool_track(samples, qualities, kOptions);
  EXPECT_THAT(pooled->voters, ElementsAre(0, 2, 3));
  EXPECT_NEAR(angle_of(pooled->embedding), 3, 0.01);
  EXPECT_NEAR(pooled->spread, 1, 1e-6) << "the stranger counts for the spread";
  EXPECT_FALSE(pooled->coherent);
}

TEST(PoolTrack, AStrangerThatBendsTheMeanTakesNobodyWithIt) {
  // The first mean lies at 42 degrees, too far from the sample at -30; without the stranger it is
  // near enough.
  const std::vector<Embedding> samples{at_angle(-30), at_angle(0), at_angle(10), at_angle(140)};
  const std::vector<float> qualities{0.5F, 0.5F, 0.5F, 1.0F};
  EXPECT_THAT(pool_track(samples, qualities, kOptions)->voters, ElementsAre(0, 1, 2));
}

TEST(PoolTrack, KeepsPosesOfOnePersonTogether) {
  const std::vector<Embedding> samples{at_angle(0), at_angle(20), at_angle(40)};
  const auto pooled = pool_track(samples, std::vector<float>(3, 0.7F), kOptions);
  EXPECT_THAT(pooled->voters, ElementsAre(0, 1, 2));
  EXPECT_NEAR(pooled->spread, 1 - std::cos(40 * std::numbers::pi / 180), 1e-6);
  EXPECT_TRUE(pooled->coherent);
}

TEST(PoolTrack, SpreadOverTheLimitIsIncoherent) {
  const std::vector<Embedding> samples{at_angle(0), at_angle(50)};
  EXPECT_FALSE(pool_track(samples, std::vector<float>(2, 0.7F), kOptions)->coherent);
  EXPECT_TRUE(pool_track(samples, std::vector<float>(2, 0.7F), {.max_spread = 0.4})->coherent);
}

TEST(PoolTrack, OneSampleIsItself) {
  const std::vector<Embedding> samples{at_angle(33)};
  const auto pooled = pool_track(samples, std::vector<float>{0.0F}, kOptions);
  EXPECT_NEAR(angle_of(pooled->embedding), 33, 0.01);
  EXPECT_EQ(pooled->spread, 0);
  EXPECT_TRUE(pooled->coherent);
}

TEST(PoolTrack, NothingGivesNothing) { EXPECT_FALSE(pool_track({}, {}, kOptions)); }

TEST(PoolTrack, SamplesThatCancelOutLeaveTheBestOne) {
  const std::vector<Embedding> samples{at_angle(0), at_angle(180)};
  const std::vector<float> even{0.5F, 0.5F};
  EXPECT_THAT(pool_track(samples, even, kOptions)->voters, ElementsAre(0)) << "the later one goes";
  const auto any = pool_track(samples, even, {.min_agreement = -1});
  EXPECT_THAT(any->voters, ElementsAre(0));
  EXPECT_NEAR(angle_of(any->embedding), 0, 0.01);
}

TEST(PoolTrack, QualitiesThatAreNoneHardlyVote) {
  const std::vector<Embedding> samples{at_angle(0), at_angle(30)};
  const std::vector<float> qualities{0.9F, std::numeric_limits<float>::quiet_NaN()};
  EXPECT_NEAR(angle_of(pool_track(samples, qualities, kOptions)->embedding), 0, 0.1);
}

TEST(PoolTrack, ManySamplesOfTwoPeopleGiveTheMajority) {
  std::vector<Embedding> samples;
  for (int i = 0; i < 300; ++i) samples.push_back(at_angle(i % 3 == 0 ? 100 + i % 7 : i % 11));
  const auto pooled = pool_track(samples, std::vector<float>(300, 0.5F), kOptions);
  EXPECT_EQ(pooled->voters.size(), 200U);
  EXPECT_NEAR(angle_of(pooled->embedding), 5, 1);
}

}  // namespace
}  // namespace screenalytics
