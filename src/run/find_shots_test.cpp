// SPDX-License-Identifier: MIT
#include "run/find_shots.h"

#include "run/test_fakes.h"

#include <gtest/gtest.h>

namespace screenalytics {
namespace {

using namespace std::chrono_literals;

constexpr int kFrames = 60;  // 25 a second, from 5 s on

VideoIndex made_index() {
  VideoIndex index;
  for (int i = 0; i < kFrames; ++i) {
    index.frames.push_back({.time = at_seconds(5) + i * 40ms, .duration = 40ms, .key = i == 0});
  }
  index.info.start = at_seconds(5);
  index.info.end = at_seconds(5) + kFrames * 40ms;
  return index;
}

/// Squares of two shades; every place has other ones.
FrameRecord frame(const VideoIndex& index, std::int64_t number, int place) {
  FrameRecord record{.index = {number}, .time = index.at({number}).time};
  for (int y = 0; y < ShotSignature::kHeight; ++y) {
    for (int x = 0; x < ShotSignature::kWidth; ++x) {
      const bool light = (x / (3 + 4 * place) + y / (4 + place)) % 2 == 0;
      for (int channel = 0; channel < 3; ++channel)
        record.signature.push_back(static_cast<std::uint8_t>(light ? 210 - 40 * place : 20));
    }
  }
  return record;
}

TEST(ShotSearch, AVideoWithoutCutsIsOneShot) {
  const VideoIndex index = made_index();
  ShotSearch search(index, {});
  for (int i = 0; i < kFrames; ++i) search.push(frame(index, i, 0));
  const auto shots = search.finish();
  ASSERT_EQ(shots.size(), 1U);
  EXPECT_EQ(shots[0].id, ShotId{0});
  EXPECT_EQ(shots[0].first, FrameIndex{0});
  EXPECT_EQ(shots[0].span, (TimeSpan{at_seconds(5), at_seconds(7.4)}));
  EXPECT_EQ(search.frames_decoded_again(), 0);
}

TEST(ShotSearch, NeighbouringShotsMeetAtTheCut) {
  const VideoIndex index = made_index();
  ShotSearch search(index, {});
  for (int i = 0; i < kFrames; ++i) search.push(frame(index, i, i < 25 ? 0 : 1));
  const auto shots = search.finish();
  ASSERT_EQ(shots.size(), 2U);
  EXPECT_EQ(shots[1].id, ShotId{1});
  EXPECT_EQ(shots[1].first, FrameIndex{25});
  EXPECT_EQ(shots[0].span, (TimeSpan{at_seconds(5), at_seconds(6)}));
  EXPECT_EQ(shots[1].span, (TimeSpan{at_seconds(6), at_seconds(7.4)}));
  EXPECT_EQ(search.frames_decoded_again(), 0);
}

TEST(ShotSearch, InAVideoThatCannotSeekTheCutLiesWhereItWasSeen) {
  VideoIndex index = made_index();
  index.seekable = false;
  ShotSearch search(index, {});
  for (int i = 0; i < kFrames; ++i) {
    if (i == 24 || i == 25) continue;  // left undecoded
    search.push(frame(index, i, i < 25 ? 0 : 1));
  }
  const auto shots = search.finish();
  ASSERT_EQ(shots.size(), 2U);
  EXPECT_EQ(shots[1].first, FrameIndex{26});
  EXPECT_EQ(search.frames_decoded_again(), 0);
}

TEST(ShotSearch, AVideoWithoutADecodedFrameIsOneShot) {
  const VideoIndex index = made_index();
  EXPECT_EQ(ShotSearch(index, {}).finish().size(), 1U);
}

}  // namespace
}  // namespace screenalytics
