// SPDX-License-Identifier: MIT
#include "video/sampling.h"

#include "core/error.h"

#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace screenalytics {
namespace {

using namespace std::chrono_literals;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

/// 25 frames a second, every third one a reference frame, each reference packet 1000 bytes.
VideoIndex made_up(std::int64_t count) {
  VideoIndex index;
  for (std::int64_t i = 0; i < count; ++i) {
    const bool reference = i % 3 == 0;
    index.frames.push_back({.time = MediaTime(7s + i * 40ms),
                            .duration = 40ms,
                            .bytes = reference ? 1000 : 300,
                            .key = i == 0,
                            .reference = reference});
  }
  index.info.nominal_fps = 25;
  return index;
}

std::vector<std::int64_t> sampled(const VideoIndex& index, const SamplingOptions& options) {
  std::vector<std::int64_t> result;
  for (const FrameIndex frame : plan_samples(index, options)) result.push_back(frame.value);
  return result;
}

TEST(PlanSamples, TakesTheNearestFrameToEachGridTime) {
  // Grid every 166.67 ms: frames 4.17, 8.33, 12.5, 16.67, 20.83.
  EXPECT_THAT(sampled(made_up(22), {.fps = 6, .mode = SamplingMode::exact}),
              ElementsAre(0, 4, 8, 12, 17, 21));
}

TEST(PlanSamples, PrefersReferenceFramesWithinHalfAStep) {
  EXPECT_THAT(sampled(made_up(22), {.fps = 6}), ElementsAre(0, 3, 9, 12, 18, 21));
}

TEST(PlanSamples, KeepsTheGridWhereReferenceFramesAreFarAway) {
  VideoIndex index = made_up(25);
  for (std::size_t i = 1; i < 25; ++i) index.frames[i].reference = false;
  EXPECT_THAT(sampled(index, {.fps = 6}), ElementsAre(0, 4, 8, 12, 17, 21, 24));
}

TEST(PlanSamples, TakesEveryFrameWhenAskedForAtLeastTheSourcesRate) {
  EXPECT_THAT(sampled(made_up(50), {.fps = 25}), SizeIs(50));
  EXPECT_THAT(sampled(made_up(50), {.fps = 60}), SizeIs(50));
}

TEST(PlanSamples, CountsFramesWithAStride) {
  EXPECT_THAT(sampled(made_up(10), {.stride = 4}), ElementsAre(0, 4, 8));
  EXPECT_THAT(sampled(made_up(3), {.stride = 1}), ElementsAre(0, 1, 2));
}

TEST(PlanSamples, TakesEachFrameOnceAcrossAGap) {
  VideoIndex index = made_up(4);
  index.frames[2].time += 10s;
  index.frames[3].time += 11s;
  EXPECT_THAT(sampled(index, {.fps = 20, .mode = SamplingMode::exact}), ElementsAre(0, 1, 2, 3));
}

TEST(PlanSamples, EndsWhenADamagedClockJumpsByYears) {
  VideoIndex index = made_up(4);
  index.frames[3].time += std::chrono::hours(24 * 365 * 50);
  EXPECT_THAT(sampled(index, {.fps = 20, .mode = SamplingMode::exact}), ElementsAre(0, 1, 2, 3));
}

TEST(PlanSamples, GivesNothingForNoFrames) {
  EXPECT_THAT(plan_samples(VideoIndex{}, {}), IsEmpty());
}

TEST(PlanSamples, RefusesImpossibleSettings) {
  EXPECT_THROW(plan_samples(made_up(5), {.fps = 0}), Error);
  EXPECT_THROW(plan_samples(made_up(5), {.fps = -6}), Error);
  EXPECT_THROW(plan_samples(made_up(5), {.fps = std::numeric_limits<double>::quiet_NaN()}), Error);
  EXPECT_THROW(plan_samples(made_up(5), {.stride = -1}), Error);
}

std::vector<std::int64_t> decoded(const std::vector<bool>& decode) {
  std::vector<std::int64_t> result;
  for (std::size_t i = 0; i < decode.size(); ++i) {
    if (decode[i]) result.push_back(static_cast<std::int64_t>(i));
  }
  return result;
}

TEST(PlanDecoding, KeepsReferenceFramesAndSamples) {
  EXPECT_THAT(decoded(plan_decoding(made_up(13), {{0}, {4}})), ElementsAre(0, 3, 4, 6, 9, 12));
}

TEST(PlanDecoding, KeepsFramesBeforeAKeyFrame) {
  VideoIndex index = made_up(13);
  index.frames[6].key = true;
  EXPECT_THAT(decoded(plan_decoding(index, {})), ElementsAre(0, 3, 4, 5, 6, 9, 12));
}

TEST(PlanDecoding, KeepsFramesBeforeAMuchLargerReferenceFrame) {
  VideoIndex index = made_up(19);
  index.frames[9].bytes = 2600;
  EXPECT_THAT(decoded(plan_decoding(index, {})), ElementsAre(0, 3, 6, 7, 8, 9, 12, 15, 18));
  index.frames[9].bytes = 2400;
  EXPECT_THAT(decoded(plan_decoding(index, {})), ElementsAre(0, 3, 6, 9, 12, 15, 18));
}

TEST(PlanDecoding, KeepsAllFramesOfAVideoOfReferenceFrames) {
  VideoIndex index = made_up(9);
  for (FrameEntry& frame : index.frames) frame.reference = true;
  EXPECT_THAT(plan_decoding(index, {}), Each(true));
}

}  // namespace
}  // namespace screenalytics
