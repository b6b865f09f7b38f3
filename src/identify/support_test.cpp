// SPDX-License-Identifier: MIT
#include "identify/support.h"

#include <gtest/gtest.h>

namespace screenalytics {
namespace {

TEST(Support, OneFaceCountsAsItIs) {
  EXPECT_EQ(length_of_support(1, {}), 1);
  EXPECT_EQ(length_of_support(0, {}), 1) << "how many there were is not known";
}

TEST(Support, MoreFacesAreHeldToAStricterMeasureUpToEnough) {
  const SupportOptions options{.common = 0.75, .enough = 5};
  EXPECT_NEAR(length_of_support(5, options), 0.8944, 1e-4);
  EXPECT_GT(length_of_support(2, options), length_of_support(3, options));
  EXPECT_EQ(length_of_support(500, options), length_of_support(5, options));
}

TEST(Support, IsOffWhereFacesHaveEverythingInCommon) {
  EXPECT_EQ(length_of_support(5, {.common = 1}), 1);
}

}  // namespace
}  // namespace screenalytics
