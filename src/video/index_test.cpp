// SPDX-License-Identifier: MIT
#include "core/error.h"
#include "video/frame_times.h"
#include "video/video_index.h"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace screenalytics {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr StreamTiming kMilliseconds{{1, 1000}, {25, 1}, false};

PacketEntry packet(std::int64_t ordinal, std::int64_t pts, std::int64_t dts, bool key = false) {
  return {.pts = pts,
          .dts = dts,
          .duration = 40,
          .ordinal = ordinal,
          .bytes = 100,
          .key = key,
          .facts = {}};
}

std::vector<Duration> times_of(const FrameTimes& times) {
  std::vector<Duration> result;
  for (const FrameEntry& frame : times.frames) result.push_back(frame.time.time_since_epoch());
  return result;
}

TEST(FrameTimes, SortsByPresentationAndMeasuresGaps) {
  const auto times = time_frames(
      {packet(0, 40, 0, true), packet(1, 160, 40), packet(2, 80, 80), packet(3, 120, 120)},
      kMilliseconds);
  EXPECT_TRUE(times.seekable);
  EXPECT_THAT(times_of(times), ElementsAre(40ms, 80ms, 120ms, 160ms));
  EXPECT_EQ(times.frames[0].duration, 40ms);
  EXPECT_EQ(times.frames[3].duration, 40ms);
  EXPECT_EQ(times.frames[3].dts, 40);
}

TEST(FrameTimes, RoundsToTheNearestMicrosecond) {
  const auto times = time_frames({packet(0, 0, 0, true), packet(1, 1, 1), packet(2, 2, 2)},
                                 {{1001, 30000}, {}, false});
  EXPECT_THAT(times_of(times), ElementsAre(0us, 33367us, 66733us));
}

TEST(FrameTimes, UsesTheUsualGapWhereTheLastPacketHasNoDuration) {
  auto last = packet(2, 80, 80);
  last.duration = 0;
  EXPECT_EQ(time_frames({packet(0, 0, 0, true), packet(1, 40, 40), last}, kMilliseconds)
                .frames.back()
                .duration,
            40ms);
}

TEST(FrameTimes, JoinsTheTwoFieldsOfAFrame) {
  auto top = packet(0, 0, 0, true);
  top.facts.field = PictureField::top;
  auto bottom = packet(1, 20, 20);
  bottom.facts.field = PictureField::bottom;
  bottom.facts.reference = false;
  const auto times = time_frames({top, bottom, packet(2, 40, 40)}, kMilliseconds);
  EXPECT_THAT(times_of(times), ElementsAre(0ms, 40ms));
  EXPECT_EQ(times.frames[0].bytes, 200);
  EXPECT_TRUE(times.frames[0].reference);
}

TEST(FrameTimes, LeavesOutPacketsThatShowNothing) {
  auto hidden = packet(1, 39, 39);
  hidden.facts.shown = false;
  EXPECT_THAT(
      times_of(time_frames({packet(0, 0, 0, true), hidden, packet(2, 40, 40)}, kMilliseconds)),
      ElementsAre(0ms, 40ms));
}

TEST(FrameTimes, LeavesOutLeadingPicturesOfAStreamThatWasCutOpen) {
  auto leading = packet(1, 40, 40);
  leading.facts.after_broken = true;
  auto later = packet(3, 120, 120);
  later.facts.after_broken = true;
  EXPECT_THAT(
      times_of(time_frames({packet(0, 80, 0, true), leading, packet(2, 160, 80, true), later},
                           kMilliseconds)),
      ElementsAre(80ms, 120ms, 160ms));
}

TEST(FrameTimes, KeepsLowerTemporalLayers) {
  auto low = packet(1, 40, 40);
  low.facts.reference = false;
  auto high = packet(2, 80, 80);
  high.facts.reference = false;
  high.facts.temporal_id = 1;
  const auto times = time_frames({packet(0, 0, 0, true), low, high}, kMilliseconds);
  EXPECT_TRUE(times.frames[1].reference);
  EXPECT_FALSE(times.frames[2].reference);
}

TEST(FrameTimes, PutsPartsOfARestartingClockOneAfterTheOther) {
  const auto times = time_frames({packet(0, 90000, 90000, true),
                                  packet(1, 90040, 90040),
                                  packet(2, 500, 500, true),
                                  packet(3, 540, 540)},
                                 kMilliseconds);
  EXPECT_FALSE(times.seekable);
  EXPECT_THAT(times_of(times), ElementsAre(90000ms, 90040ms, 90080ms, 90120ms));
  EXPECT_THAT(times.notes, ElementsAre(HasSubstr("starts again 1 times")));
}

TEST(FrameTimes, TellsFramesOfEqualTimeApart) {
  const auto times =
      time_frames({packet(0, 0, 0, true), packet(1, 40, 40), packet(2, 40, 80)}, kMilliseconds);
  EXPECT_FALSE(times.seekable);
  EXPECT_THAT(times_of(times), ElementsAre(0us, 40000us, 40001us));
}

TEST(FrameTimes, TakesFramesBeforeAJumpOfABroadcastClockAsShort) {
  StreamTiming broadcast = kMilliseconds;
  broadcast.may_jump = true;
  const std::vector<PacketEntry> packets{
      packet(0, 0, 0, true), packet(1, 40, 40), packet(2, 80, 80), packet(3, 90000000, 90000000)};
  const auto times = time_frames(packets, broadcast);
  EXPECT_EQ(times.frames[2].duration, 40ms);
  EXPECT_THAT(times.notes, SizeIs(1));
  EXPECT_EQ(time_frames(packets, kMilliseconds).frames[2].duration, 89999920ms);
}

TEST(FrameTimes, WorksOutPresentationFromDecodingTimes) {
  // I P B: the B picture is shown before the P picture.
  auto packets = std::vector{packet(0, AV_NOPTS_VALUE, 0, true),
                             packet(1, AV_NOPTS_VALUE, 40),
                             packet(2, AV_NOPTS_VALUE, 80)};
  packets[0].facts.display = packets[1].facts.display = DisplayOrder::after_next;
  const auto times = time_frames(packets, kMilliseconds);
  EXPECT_TRUE(times.seekable);
  EXPECT_TRUE(times.known_by_dts);
  EXPECT_THAT(times_of(times), ElementsAre(0ms, 40ms, 80ms));
  EXPECT_EQ(times.frames[1].dts, 80);
  EXPECT_EQ(times.frames[2].dts, 40);
}

TEST(FrameTimes, FallsBackToTheFrameRate) {
  auto packets = std::vector{packet(0, AV_NOPTS_VALUE, AV_NOPTS_VALUE, true),
                             packet(1, AV_NOPTS_VALUE, AV_NOPTS_VALUE),
                             packet(2, AV_NOPTS_VALUE, AV_NOPTS_VALUE)};
  for (std::size_t i = 0; i < 3; ++i) {
    packets[i].facts.display = DisplayOrder::by_number;
    packets[i].facts.number = i == 0 ? 0 : 3 - static_cast<std::int64_t>(i);
  }
  const auto times = time_frames(packets, kMilliseconds);
  EXPECT_FALSE(times.seekable);
  EXPECT_THAT(times_of(times), ElementsAre(0ms, 40ms, 80ms));
  EXPECT_EQ(times.frames[1].dts, 2);  // place in the file
  EXPECT_THAT(times.notes, ElementsAre(HasSubstr("25/1")));
}

VideoIndex made_up(std::int64_t count, std::int64_t key_distance) {
  VideoIndex index;
  for (std::int64_t i = 0; i < count; ++i) {
    index.frames.push_back(
        {.time = MediaTime(5s + i * 40ms), .duration = 40ms, .key = i % key_distance == 0});
  }
  return index;
}

std::vector<std::int64_t> starts_of(const std::vector<Segment>& segments) {
  std::vector<std::int64_t> starts;
  for (const Segment& segment : segments) starts.push_back(segment.first.value);
  return starts;
}

TEST(PlanSegments, CutsAtTheFirstKeyFrameAtOrAfterEachMultiple) {
  const auto segments = plan_segments(made_up(100, 20), 1s);  // key frames every 0.8 s
  EXPECT_THAT(starts_of(segments), ElementsAre(0, 40, 60, 80));
  for (std::size_t i = 0; i < segments.size(); ++i) {
    EXPECT_EQ(segments[i].number, static_cast<int>(i));
    EXPECT_EQ(segments[i].end.value, i + 1 < segments.size() ? segments[i + 1].first.value : 100);
  }
}

TEST(PlanSegments, GrowsWhereKeyFramesAreFew) {
  EXPECT_THAT(starts_of(plan_segments(made_up(100, 60), 500ms)), ElementsAre(0, 60));
  EXPECT_THAT(starts_of(plan_segments(made_up(100, 1000), 500ms)), ElementsAre(0));
}

TEST(PlanSegments, GivesOneSegmentWhenSeekingIsImpossible) {
  VideoIndex index = made_up(100, 20);
  index.seekable = false;
  EXPECT_THAT(starts_of(plan_segments(index, 1s)), ElementsAre(0));
  EXPECT_THAT(plan_segments(VideoIndex{}, 1s), IsEmpty());
}

TEST(PlanSegments, RefusesALengthOfZero) { EXPECT_THROW(plan_segments(made_up(10, 5), 0s), Error); }

}  // namespace
}  // namespace screenalytics
