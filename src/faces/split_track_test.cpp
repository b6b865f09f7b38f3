// SPDX-License-Identifier: MIT
#include "faces/split_track.h"

#include "faces/test_faces.h"

#include <vector>

#include <gtest/gtest.h>

namespace screenalytics {
namespace {

using testing::at_angle;

const SplitOptions kOptions;

std::optional<std::size_t> switch_in(const std::vector<double>& degrees, float quality = 0.8F) {
  std::vector<Embedding> samples;
  for (const double angle : degrees) samples.push_back(at_angle(angle));
  return find_switch(samples, std::vector<float>(samples.size(), quality), kOptions);
}

TEST(SplitTrack, FindsWhereTheSecondPersonBegins) {
  EXPECT_EQ(switch_in({0, 10, 5, 90, 95}), 3U);
  EXPECT_EQ(switch_in({0, 10, 90, 95, 92}), 2U);
  EXPECT_EQ(switch_in({0, 3, 80, 83}), 2U);
}

TEST(SplitTrack, KeepsOnePersonWhoTurnsTheHead) {
  EXPECT_FALSE(switch_in({0, 10, 20, 35, 50, 60}));
  EXPECT_FALSE(switch_in({0, 0, 0, 60, 60, 60})) << "cosine 0.5 between the sides";
  EXPECT_FALSE(switch_in({0, 5, 55, 5, 0})) << "one odd sample in the middle";
}

TEST(SplitTrack, OneSampleIsSomebodyOnlyWhenVeryDifferentAndGood) {
  EXPECT_EQ(switch_in({0, 5, 10, 95}), 3U);
  EXPECT_EQ(switch_in({95, 0, 5, 10}), 1U);
  EXPECT_EQ(switch_in({0, 90}), 1U);
  EXPECT_FALSE(switch_in({0, 5, 10, 80})) << "cosine 0.26";
  EXPECT_FALSE(switch_in({0, 80}));
  EXPECT_FALSE(switch_in({0, 5, 10, 95}, 0.3F)) << "a bad picture looks like nobody";
}

TEST(SplitTrack, SidesThatAreNoPersonAreNoSwitch) {
  // The second side's samples look like two more strangers: noise, not a person.
  EXPECT_FALSE(switch_in({0, 2, 80, 160, 4, 2}));
}

TEST(SplitTrack, FindsBothEndsOfAVisitInTwoCalls) {
  const std::vector<double> track{0, 2, 4, 100, 102, 104, 3, 1};
  EXPECT_EQ(switch_in(track), 3U);
  EXPECT_EQ(switch_in({track.begin() + 3, track.end()}), 3U);
}

TEST(SplitTrack, FindsTheExactEndsOfAVisitInALongTrack) {
  std::vector<double> track;
  for (int i = 0; i < 500; ++i) track.push_back(i >= 203 && i < 291 ? 95 + i % 5 : i % 7);
  EXPECT_EQ(switch_in(track), 203U);
  EXPECT_EQ(switch_in({track.begin() + 203, track.end()}), 88U);
}

TEST(SplitTrack, NeedsTwoSamples) {
  EXPECT_FALSE(switch_in({}));
  EXPECT_FALSE(switch_in({12}));
}

}  // namespace
}  // namespace screenalytics
