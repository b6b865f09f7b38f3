// SPDX-License-Identifier: MIT
#include "core/error.h"
#include "identify/match_cast.h"

#include <cmath>
#include <numbers>

#include <gtest/gtest.h>

namespace screenalytics {
namespace {

Embedding at_angle(double degrees) {
  const double turn = degrees * std::numbers::pi / 180;
  return *Embedding::normalised(
      {static_cast<float>(std::cos(turn)), static_cast<float>(std::sin(turn))});
}

std::string matched(const std::vector<Seed>& seeds, const MatchOptions& options = {}) {
  const auto match = match_cast(at_angle(0), seeds, options);
  return match ? match->cast_id : "nobody";
}

TEST(MatchCast, TakesThePersonWithTheNearestSeed) {
  EXPECT_EQ(matched({{"ann", at_angle(50)}, {"bob", at_angle(20)}, {"ann", at_angle(80)}}), "bob");
  const auto match = match_cast(at_angle(0), std::vector<Seed>{{"ann", at_angle(60)}}, {});
  ASSERT_TRUE(match);
  EXPECT_NEAR(match->similarity, 0.5, 1e-6);
}

TEST(MatchCast, BestSeedOfAPersonCountsNotTheMean) {
  EXPECT_EQ(matched({{"ann", at_angle(10)}, {"ann", at_angle(170)}, {"bob", at_angle(40)}}), "ann");
}

TEST(MatchCast, RefusesWhenNobodyIsNearEnough) {
  EXPECT_EQ(matched({{"ann", at_angle(66)}}), "nobody") << "cosine 0.407";
  EXPECT_EQ(matched({{"ann", at_angle(65)}}), "ann") << "cosine 0.423";
  EXPECT_EQ(matched({}), "nobody");
}

TEST(MatchCast, RefusesWithoutALeadOverTheSecondPerson) {
  EXPECT_EQ(matched({{"ann", at_angle(30)}, {"bob", at_angle(34)}}), "nobody") << "0.866 and 0.829";
  EXPECT_EQ(matched({{"ann", at_angle(30)}, {"bob", at_angle(37)}}), "ann") << "0.866 and 0.799";
  EXPECT_EQ(matched({{"ann", at_angle(30)}, {"ann", at_angle(31)}}), "ann")
      << "her own seed is no rival";
}

TEST(MatchCast, OrderOfSeedsChangesNothing) {
  const Seed ann{"ann", at_angle(30)}, bob{"bob", at_angle(-30)}, far{"cy", at_angle(80)};
  EXPECT_EQ(matched({ann, bob, far}, {.min_lead = 0}), "nobody") << "equally near";
  EXPECT_EQ(matched({bob, far, ann}, {.min_lead = 0}), "nobody");
  EXPECT_EQ(matched({far, ann}, {.min_lead = 0}), matched({ann, far}, {.min_lead = 0}));
}

TEST(MatchCast, SecondPlaceIsFoundWhicheverComesFirst) {
  const Seed best{"zoe", at_angle(10)}, close{"ann", at_angle(12)};
  EXPECT_EQ(matched({best, close}), "nobody");
  EXPECT_EQ(matched({close, best}), "nobody");
}

TEST(MatchCast, NeverComparesEmbeddingsOfDifferentModels) {
  const std::vector<Seed> seeds{{"ann", *Embedding::normalised({1, 0, 0})}};
  try {
    (void)match_cast(at_angle(0), seeds, {});
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::bad_data);
    EXPECT_NE(std::string(error.what()).find("ann"), std::string::npos);
  }
}

}  // namespace
}  // namespace screenalytics
