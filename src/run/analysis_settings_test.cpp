// SPDX-License-Identifier: MIT
#include "run/analysis_settings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace screenalytics {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

TEST(AnalysisSettings, DefaultsAreValid) { EXPECT_THAT(problems(AnalysisSettings{}), IsEmpty()); }

TEST(AnalysisSettings, EveryFaultIsNamed) {
  const AnalysisSettings wrong{.screentime = {.bridge_gap = -1s, .min_stretch = -1us}};
  EXPECT_THAT(problems(wrong),
              ElementsAre("--screentime.bridge-gap must not be negative",
                          "--screentime.min-stretch must not be negative"));
}

TEST(AnalysisSettings, AStageWritesItsOwnOnly) {
  EXPECT_EQ(to_json(AnalysisSettings{}, "screentime").dump(),
            R"({"screentime.bridge-gap":1.2,"screentime.min-stretch":0.2})");
  EXPECT_EQ(to_json(AnalysisSettings{}, "nobody").dump(), "{}");
}

}  // namespace
}  // namespace screenalytics
