// SPDX-License-Identifier: MIT
#include "export/mot.h"

#include "export/test_export.h"

#include <gtest/gtest.h>

namespace screenalytics {
namespace {

TEST(Mot, PeopleByNumberStrangersByTheirTrackIgnoredNot) {
  EXPECT_EQ(mot_text(made_export(), MotIds::identity),
            "1,2,10.000,20.000,30.500,40.250,0.9000,-1,-1,-1\n"
            "5,2,11.000,20.000,30.500,40.250,0.9000,-1,-1,-1\n"
            "5,1000003,300.000,20.000,30.500,40.250,0.9000,-1,-1,-1\n"
            "1001,1,100.000,20.000,30.500,40.250,0.9000,-1,-1,-1\n");
}

TEST(Mot, OrAllTracksByTheirNumbers) {
  EXPECT_EQ(mot_text(made_export(), MotIds::track),
            "1,1,10.000,20.000,30.500,40.250,0.9000,-1,-1,-1\n"
            "5,1,11.000,20.000,30.500,40.250,0.9000,-1,-1,-1\n"
            "5,3,300.000,20.000,30.500,40.250,0.9000,-1,-1,-1\n"
            "1001,2,100.000,20.000,30.500,40.250,0.9000,-1,-1,-1\n"
            "1001,4,400.000,20.000,30.500,40.250,0.9000,-1,-1,-1\n");
}

}  // namespace
}  // namespace screenalytics
