// SPDX-License-Identifier: MIT
#include "video/frame_decoder.h"
#include "video/sampling.h"
#include "video/segment_reader.h"
#include "video/test_clips.h"
#include "video/video_index.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace screenalytics {
namespace {

using namespace std::chrono_literals;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

struct Clip {
  std::string name;
  std::string file;
  std::string encoding;
};

std::ostream& operator<<(std::ostream& out, const Clip& clip) { return out << clip.name; }

constexpr const char* kClosed = "-c:v libx264 -preset veryfast -g 25 -bf 3 ";
constexpr const char* kOpen =
    "-c:v libx264 -preset veryfast -x264-params "
    "open-gop=1:keyint=20:min-keyint=20:bframes=5:b-pyramid=normal:b-adapt=0:scenecut=0:log-level="
    "error ";
constexpr const char* kHevc =
    "-c:v libx265 -preset ultrafast -x265-params "
    "keyint=20:min-keyint=20:open-gop=1:bframes=4:b-adapt=0:scenecut=0:pools=none:frame-threads=1:"
    "log-level=none ";

class AnyClip : public ::testing::TestWithParam<Clip> {};

// The container's own times, and the same pixels however the video is cut into segments.
TEST_P(AnyClip, HasExactTimesAndPixelsThatDoNotDependOnSegments) {
  const ClipFolder folder;
  const auto path = folder.make_moving(GetParam().file, GetParam().encoding);
  const VideoIndex index = index_video(path, {});
  const std::vector<double> expected = probe_times(folder, path);
  ASSERT_TRUE(index.seekable);
  ASSERT_THAT(index.frames, SizeIs(expected.size()));
  for (std::size_t i = 0; i < expected.size(); ++i) {
    if (std::isnan(expected[i])) continue;  // MPEG program streams leave some to be worked out
    EXPECT_NEAR(to_seconds(index.frames[i].time), expected[i], 1.1e-6) << "frame " << i;
  }
  const SeenVideo whole = see_all(index, 1h);
  EXPECT_THAT(whole.frames, SizeIs(expected.size()));
  EXPECT_THAT(whole.missing, IsEmpty());
  EXPECT_EQ(whole.stats.seeks, 0);
  const SeenVideo parts = see_all(index, 500ms);
  EXPECT_EQ(parts.frames, whole.frames);
  EXPECT_EQ(parts.stats.frames_decoded, whole.stats.frames_decoded);
  EXPECT_EQ(parts.stats.frames_damaged, 0);
  EXPECT_EQ(parts.stats.retries, 0);
}

TEST_P(AnyClip, GivesTheSamePixelsWhenUnneededFramesAreLeftUndecoded) {
  const ClipFolder folder;
  const VideoIndex index =
      index_video(folder.make_moving(GetParam().file, GetParam().encoding), {});
  const SeenVideo whole = see_all(index, 1h);
  std::vector<bool> decode(index.frames.size());
  for (std::size_t i = 0; i < decode.size(); ++i)
    decode[i] = index.frames[i].reference || i % 7 == 3;
  std::vector<SeenFrame> expected = whole.frames;
  std::erase_if(expected,
                [&](const SeenFrame& f) { return !decode[static_cast<std::size_t>(f.index)]; });
  for (const Duration length : {Duration(1h), Duration(700ms)}) {
    const SeenVideo some = see(index, length, decode);
    EXPECT_EQ(some.frames, expected);
    EXPECT_THAT(some.missing, IsEmpty());
    EXPECT_EQ(some.stats.packets_skipped, std::ranges::count(decode, false));
    EXPECT_EQ(some.stats.frames_decoded, std::ranges::count(decode, true));
  }
  OpenVideos videos(index);
  const SeenVideo kept = see_kept_open(videos, 700ms, decode);
  EXPECT_EQ(kept.frames, expected);
  EXPECT_THAT(kept.missing, IsEmpty());
  EXPECT_EQ(kept.stats.packets_skipped, std::ranges::count(decode, false));
  EXPECT_EQ(kept.stats.frames_decoded, std::ranges::count(decode, true));
}

INSTANTIATE_TEST_SUITE_P(
    Containers,
    AnyClip,
    ::testing::Values(
        Clip{"Mp4ClosedGop", "a.mp4", kClosed},
        Clip{"Mp4OpenGop", "a.mp4", kOpen},
        Clip{"MkvOpenGop", "a.mkv", kOpen},
        Clip{"TsOpenGop", "a.ts", kOpen},
        Clip{"FlvClosedGop", "a.flv", kClosed},
        Clip{"Interlaced", "a.ts", std::string(kClosed) + "-flags +ilme+ildct -x264-params tff=1"},
        Clip{"TenBit", "a.mkv", std::string(kOpen) + "-pix_fmt yuv420p10le"},
        Clip{"OddSize", "a.mkv", std::string(kClosed) + "-vf scale=161:121 -pix_fmt yuv444p"},
        Clip{"HevcMp4", "a.mp4", kHevc},
        Clip{"HevcTs", "a.ts", kHevc},
        Clip{"Mpeg2Ts", "a.ts", "-c:v mpeg2video -g 12 -bf 2"},
        Clip{"Mpeg2Program", "a.mpg", "-c:v mpeg2video -g 12 -bf 2"},
        Clip{"Vp8HiddenFrames",
             "a.webm",
             "-c:v libvpx -g 25 -auto-alt-ref 1 -lag-in-frames 16 -b:v 200k"},
        Clip{"Vp9", "a.webm", "-c:v libvpx-vp9 -deadline realtime -cpu-used 8 -g 25 -b:v 200k"},
        Clip{"MjpegAvi", "a.avi", "-c:v mjpeg"},
        Clip{"Mpeg4Mp4", "a.mp4", "-c:v mpeg4 -g 12 -bf 2"},
        Clip{"Prores", "a.mov", "-c:v prores_ks"},
        Clip{"VariableRate",
             "a.mkv",
             std::string(kClosed) + "-vf select='not(mod(n\\,3))+lt(n\\,20)' -vsync vfr"},
        Clip{"StartsLate", "a.mp4", std::string(kOpen) + "-output_ts_offset 5.3"},
        Clip{"StartsLateTs", "a.ts", std::string(kOpen) + "-output_ts_offset 100"}),
    [](const auto& tested) { return tested.param.name; });

/// Expects that the segments give the same from a video that is kept open; how often it was opened.
std::int64_t times_opened(const VideoIndex& index, Duration segment) {
  OpenVideos videos(index);
  const std::vector<bool> every(index.frames.size(), true);
  const SeenVideo expected = see(index, segment, every);
  const SeenVideo kept = see_kept_open(videos, segment, every);
  EXPECT_EQ(kept.frames, expected.frames);
  EXPECT_EQ(kept.missing, expected.missing);
  EXPECT_EQ(kept.stats.frames_decoded, expected.stats.frames_decoded);
  EXPECT_EQ(kept.stats.frames_damaged, expected.stats.frames_damaged);
  EXPECT_EQ(kept.stats.packets_damaged, expected.stats.packets_damaged);
  return videos.opened();
}

TEST(OpenVideos, AnMp4IsOpenedOnceForAllSegmentsThatDoNotStartTheFile) {
  const ClipFolder folder;
  const VideoIndex index = index_video(folder.make_moving("a.mp4", kOpen), {});
  ASSERT_THAT(plan_segments(index, 500ms), SizeIs(4));
  // The first segment starts with the file, not with a seek.
  EXPECT_EQ(times_opened(index, 500ms), 2);
}

TEST(OpenVideos, WhatASeekMayNotBringBackIsOpenedAnew) {
  const ClipFolder folder;
  // With an index of its fragments, a demuxer reads them when it gets there.
  const std::string fragments =
      std::string(kOpen) + "-movflags frag_keyframe+empty_moov+dash+global_sidx";
  for (const auto& [file, encoding] : {std::pair<std::string, std::string>{"a.mp4", fragments},
                                       {"a.mkv", kOpen},
                                       {"a.ts", kOpen},
                                       {"a.avi", "-c:v mpeg4 -g 12 -bf 2"}}) {
    const VideoIndex index = index_video(folder.make_moving(file, encoding), {});
    const auto segments = plan_segments(index, 500ms);
    ASSERT_GT(segments.size(), 3U) << file;
    EXPECT_GE(times_opened(index, 500ms), std::ssize(segments)) << file;
  }
}

TEST(OpenVideos, EditListsAndDamageGiveTheSameFrames) {
  const ClipFolder folder;
  const auto whole = folder.make_moving("a.mp4", kOpen, 5);
  folder.run("ffmpeg -v error -y -ss 1.3 -i a.mp4 -c copy cut.mp4");
  EXPECT_GE(times_opened(index_video(folder.path("cut.mp4"), {}), 500ms), 1);
  folder.run("ffmpeg -v error -y -i a.mp4 -c copy -movflags frag_keyframe+empty_moov parts.mp4");
  EXPECT_GE(times_opened(index_video(folder.path("parts.mp4"), {}), 500ms), 1);
  std::string bytes = read_file(whole);
  for (std::size_t i = bytes.size() / 3; i < bytes.size() / 2; i += 97) bytes[i] ^= 0x55;
  EXPECT_GE(times_opened(index_video(folder.write("damaged.mp4", bytes), {}), 500ms), 1);
}

TEST(VideoIndex, LeavesOutFramesBeforeAnEditList) {
  const ClipFolder folder;
  folder.make_moving("whole.mp4", kOpen);
  const auto path = folder.make("cut.mp4", "-ss 1.1 -i whole.mp4 -c copy");
  const VideoIndex index = index_video(path, {});
  const std::vector<double> expected = probe_times(folder, path);
  ASSERT_THAT(index.frames, SizeIs(expected.size()));
  EXPECT_LT(index.frames.size(), 75U);
  for (std::size_t i = 0; i < expected.size(); ++i)
    EXPECT_NEAR(to_seconds(index.frames[i].time), expected[i], 1.1e-6);
  const SeenVideo whole = see_all(index, 1h);
  EXPECT_THAT(whole.frames, SizeIs(expected.size()));
  EXPECT_EQ(see_all(index, 500ms).frames, whole.frames);
}

TEST(VideoIndex, WorksOutTheTimesOfAnAviWithBFrames) {
  for (const std::string codec :
       {"-c:v libx264 -preset veryfast -g 25 -bf 3", "-c:v mpeg4 -g 12 -bf 2"}) {
    const ClipFolder folder;
    const VideoIndex index = index_video(folder.make_moving("a.avi", codec), {});
    ASSERT_THAT(index.frames, SizeIs(75));
    EXPECT_TRUE(index.seekable) << codec;
    for (std::size_t i = 0; i < 75; ++i)
      EXPECT_EQ(index.frames[i].time, MediaTime(i * 40ms)) << codec;
    const SeenVideo whole = see_all(index, 1h);
    EXPECT_THAT(whole.frames, SizeIs(75)) << codec;
    EXPECT_EQ(see_all(index, 500ms).frames, whole.frames) << codec;
  }
}

TEST(VideoIndex, MakesTimesForARawStreamAndReadsItInOneGo) {
  for (const Clip& clip : {Clip{"", "a.h264", kOpen}, Clip{"", "a.hevc", kHevc}}) {
    const ClipFolder folder;
    const VideoIndex index = index_video(folder.make_moving(clip.file, clip.encoding), {});
    const VideoIndex same = index_video(
        folder.make("b.mkv", "-r 25 -i " + clip.file + " -c copy -bsf:v setts=ts=N"), {});
    EXPECT_FALSE(index.seekable);
    EXPECT_THAT(index.info.notes, Not(IsEmpty()));
    EXPECT_THAT(plan_segments(index, 500ms), SizeIs(1));
    ASSERT_THAT(index.frames, SizeIs(75));
    for (std::size_t i = 0; i < 75; ++i)
      EXPECT_EQ(index.frames[i].time, MediaTime(i * 40ms)) << clip.file;
    const SeenVideo seen = see_all(index, 500ms);
    EXPECT_THAT(seen.frames, SizeIs(75)) << clip.file;
    EXPECT_THAT(seen.missing, IsEmpty());
    // The bytes of a frame are those of its packet, so both must be in order of presentation.
    EXPECT_EQ(std::ranges::count_if(index.frames, &FrameEntry::key),
              std::ranges::count_if(same.frames, &FrameEntry::key));
  }
}

TEST(VideoIndex, PutsJoinedRecordingsOneAfterTheOther) {
  const ClipFolder folder;
  const std::string part = read_file(folder.make_moving("a.ts", kClosed, 2));
  const VideoIndex index = index_video(folder.write("joined.ts", part + part), {});
  EXPECT_FALSE(index.seekable);
  ASSERT_THAT(index.frames, SizeIs(100));
  for (std::size_t i = 1; i < 100; ++i)
    EXPECT_EQ(index.frames[i].time - index.frames[i - 1].time, 40ms) << i;
  const SeenVideo seen = see_all(index, 500ms);
  ASSERT_THAT(seen.frames, SizeIs(100));
  for (std::size_t i = 0; i < 50; ++i) EXPECT_EQ(seen.frames[i].pixels, seen.frames[i + 50].pixels);
}

TEST(VideoIndex, ChoosesOneOfSeveralVideoStreamsAndSaysSo) {
  const ClipFolder folder;
  const auto path = folder.make(
      "two.mkv",
      "-f lavfi -i testsrc2=size=160x120:duration=1 -f lavfi -i testsrc=size=320x240:duration=1 "
      "-f lavfi -i sine=duration=1 -map 0 -map 1 -map 2 -c:v libx264 -preset ultrafast");
  const VideoIndex index = index_video(path, {});
  ASSERT_THAT(index.info.streams, SizeIs(3));
  EXPECT_EQ(index.info.streams[2].kind, "audio");
  EXPECT_THAT(index.info.notes, SizeIs(1));
  EXPECT_THAT(see_all(index, 1h).frames, SizeIs(25));
}

TEST(VideoIndex, DescribesTheVideo) {
  const ClipFolder folder;
  const VideoIndex index = index_video(
      folder.make_moving(
          "a.mkv",
          std::string(kClosed) + "-pix_fmt yuv420p10le -color_range pc -color_trc smpte2084"),
      {});
  EXPECT_EQ(index.info.codec, "h264");
  EXPECT_EQ(index.info.size, (Size{160, 120}));
  EXPECT_EQ(index.info.bit_depth, 10);
  EXPECT_TRUE(index.info.full_range);
  EXPECT_EQ(index.info.transfer, Transfer::pq);
  EXPECT_NEAR(index.info.nominal_fps, 25, 1e-6);
  EXPECT_EQ(index.info.frame_count, 75);
  EXPECT_FALSE(index.info.interlaced);
}

TEST(VideoIndex, SwapsWidthAndHeightOfATurnedVideo) {
  const ClipFolder folder;
  folder.make_moving("a.mp4", kClosed, 1);
  const VideoIndex index =
      index_video(folder.make("turned.mp4", "-i a.mp4 -c copy -metadata:s:v rotate=90"), {});
  EXPECT_EQ(index.info.size, (Size{120, 160}));
  EXPECT_EQ(index.info.coded, (Size{160, 120}));
  EXPECT_NE(index.info.rotation % 180, 0);
}

TEST(VideoIndex, KnowsFramesThatNoOtherOneRefersTo) {
  const ClipFolder folder;
  const VideoIndex simple = index_video(
      folder.make_moving(
          "a.mp4",
          "-c:v libx264 -x264-params bframes=2:b-adapt=0:b-pyramid=none:keyint=75:scenecut=0"),
      {});
  // I b b P b b P ...
  for (std::size_t i = 0; i < 73; ++i) EXPECT_EQ(simple.frames[i].reference, i % 3 == 0) << i;
  const VideoIndex hevc = index_video(folder.make_moving("b.mp4", kHevc), {});
  EXPECT_GT(std::ranges::count(hevc.frames, false, &FrameEntry::reference), 20);
}

TEST(FrameDecoder, DecodesEachFrameOnceInASortedPass) {
  const ClipFolder folder;
  const VideoIndex index = index_video(folder.make_moving("a.mkv", kOpen), {});
  const SeenVideo whole = see_all(index, 1h);
  FrameDecoder decoder(index, 4);
  for (std::int64_t i = 0; i < 75; i += 2) {
    const auto frame = decoder.frame({i});
    ASSERT_TRUE(frame);
    EXPECT_EQ(hash_of(*frame->picture), whole.frames[static_cast<std::size_t>(i)].pixels) << i;
    ASSERT_TRUE(decoder.frame({i}));
  }
  EXPECT_EQ(decoder.stats().hits, 38);
  EXPECT_EQ(decoder.stats().misses, 38);
  EXPECT_LE(decoder.stats().decode.frames_decoded, 75);
  EXPECT_EQ(decoder.stats().decode.seeks, 0);
}

TEST(FrameDecoder, LeavesFramesNobodyAsksForUndecoded) {
  const ClipFolder folder;
  const VideoIndex index = index_video(folder.make_moving("a.mkv", kOpen), {});
  FrameDecoder decoder(index, 4);
  ASSERT_TRUE(decoder.frame({5}));
  ASSERT_TRUE(decoder.frame({18}));
  EXPECT_GT(decoder.stats().decode.packets_skipped, 4);
}

TEST(FrameDecoder, GivesTheSamePixelsInAnyOrder) {
  const ClipFolder folder;
  for (const Clip& clip : {Clip{"", "a.mp4", kOpen},
                           Clip{"", "a.ts", kHevc},
                           Clip{"", "a.avi", "-c:v mpeg4 -bf 2"},
                           Clip{"", "a.h264", kClosed}}) {
    const VideoIndex index = index_video(folder.make_moving(clip.file, clip.encoding), {});
    const SeenVideo whole = see_all(index, 1h);
    ASSERT_THAT(whole.frames, SizeIs(75));
    FrameDecoder decoder(index, 2);
    for (std::int64_t i = 0, at = 0; i < 75; ++i, at = (at + 31) % 75) {
      const auto frame = decoder.frame({at});
      ASSERT_TRUE(frame) << clip.file << at;
      EXPECT_EQ(hash_of(*frame->picture), whole.frames[static_cast<std::size_t>(at)].pixels)
          << clip.file << at;
    }
  }
}

TEST(FrameDecoder, ForgetsTheFrameUsedLongestAgo) {
  const ClipFolder folder;
  const VideoIndex index = index_video(folder.make_moving("a.mp4", kClosed, 1), {});
  FrameDecoder decoder(index, 2);
  for (const std::int64_t i : {1, 2, 1, 3, 1, 2}) ASSERT_TRUE(decoder.frame({i}));
  EXPECT_EQ(decoder.stats().hits, 2);
  EXPECT_EQ(decoder.stats().misses, 4);
  EXPECT_FALSE(decoder.frame({25}));
  EXPECT_FALSE(decoder.frame({-1}));
}

}  // namespace
}  // namespace screenalytics
