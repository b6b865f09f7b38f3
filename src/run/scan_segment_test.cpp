// SPDX-License-Identifier: MIT
#include "run/scan_segment.h"

#include <algorithm>

#include <gtest/gtest.h>

namespace screenalytics {
namespace {

using namespace std::chrono_literals;

/// Four seconds at 25 frames a second, a key frame each second.
VideoIndex made_index() {
  VideoIndex index;
  for (int i = 0; i < 100; ++i) {
    index.frames.push_back({.time = MediaTime(i * 40ms),
                            .duration = 40ms,
                            .bytes = 1000,
                            .key = i % 25 == 0,
                            .reference = i % 2 == 0});
  }
  index.info.end = MediaTime(4s);
  index.info.nominal_fps = 25;
  return index;
}

TEST(ScanPlan, SamplesAreDecodedAndMarked) {
  const VideoIndex index = made_index();
  const ScanPlan plan = plan_scan(index, Settings{}, "abc", Json::array());
  ASSERT_EQ(plan.sampled.size(), 100U);
  ASSERT_EQ(plan.decode.size(), 100U);
  EXPECT_EQ(std::ranges::count(plan.sampled, true), std::ssize(plan.samples));
  for (const FrameIndex sample : plan.samples) {
    EXPECT_TRUE(plan.sampled[static_cast<std::size_t>(sample.value)]);
    EXPECT_TRUE(plan.decode[static_cast<std::size_t>(sample.value)]);
  }
}

TEST(ScanPlan, SegmentsHoldEveryFrameOnce) {
  const VideoIndex index = made_index();
  Settings settings;
  settings.scan.segment_seconds = 1;
  const ScanPlan plan = plan_scan(index, settings, "abc", Json::array());
  ASSERT_EQ(plan.segments.size(), 4U);
  EXPECT_EQ(plan.segments.front().first, FrameIndex{0});
  for (std::size_t i = 1; i < plan.segments.size(); ++i)
    EXPECT_EQ(plan.segments[i].first, plan.segments[i - 1].end);
  EXPECT_EQ(plan.segments.back().end, FrameIndex{100});
}

TEST(ScanPlan, TheKeyNamesInputModelsAndScanSettings) {
  const VideoIndex index = made_index();
  const auto key = [&](const Settings& settings, const char* input, const Json& models) {
    return plan_scan(index, settings, input, models).key;
  };
  const std::string plain = key({}, "abc", Json::array());
  Settings later;
  later.track.match_threshold = 0.7;
  Settings scan;
  scan.sampling.fps = 5;
  EXPECT_EQ(key(later, "abc", Json::array()), plain);
  EXPECT_NE(key(scan, "abc", Json::array()), plain);
  Settings softer;  // other crops lie in the records
  softer.last_resort.min_blur = 1;
  EXPECT_NE(key(softer, "abc", Json::array()), plain);
  EXPECT_NE(key({}, "abd", Json::array()), plain);
  EXPECT_NE(key({}, "abc", Json::array({{{"name", "seer"}}})), plain);
}

}  // namespace
}  // namespace screenalytics
