// SPDX-License-Identifier: MIT
#include "run/promote_run.h"

#include <gtest/gtest.h>

namespace screenalytics {
namespace {

TEST(CastIdOf, IsMadeOfTheLettersOfTheName) {
  EXPECT_EQ(cast_id_of("Jane Doe"), "jane-doe");
  EXPECT_EQ(cast_id_of(" D'Arcy  O-Neil (2) "), "darcy-o-neil-2");
  EXPECT_EQ(cast_id_of("\u5c71\u7530"), "") << "a human must choose";
}

}  // namespace
}  // namespace screenalytics
