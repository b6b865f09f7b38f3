// SPDX-License-Identifier: MIT
#include "video/video_writer.h"

#include "core/error.h"
#include "video/segment_reader.h"
#include "video/test_clips.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace screenalytics {
namespace {

namespace fs = std::filesystem;

/// Paints the top left corner white on every frame.
std::vector<std::string> rewrite(const fs::path& clip,
                                 const fs::path& out,
                                 const WriteOptions& options = {}) {
  const VideoIndex index = index_video(clip, {});
  SegmentReader reader(index,
                       {0, {0}, {static_cast<std::int64_t>(index.frames.size())}},
                       std::vector<bool>(index.frames.size(), true));
  VideoWriter writer(index, out, options);
  while (const auto frame = reader.next()) {
    const Canvas canvas = writer.prepare(*frame);
    for (int y = 0; y < 16; ++y) std::fill_n(canvas.luma.row(y), 16, std::uint8_t{235});
    for (int y = 0; y < 8; ++y) {
      std::fill_n(canvas.blue.row(y), 8, std::uint8_t{128});
      std::fill_n(canvas.red.row(y), 8, std::uint8_t{128});
    }
    writer.write();
  }
  writer.finish();
  return writer.notes();
}

class VideoWriterTest : public testing::Test {
 protected:
  std::string probe(const fs::path& file, const std::string& what) const {
    const auto lines = folder_.run("ffprobe -v error -of csv=p=0 -show_entries " + what + " '" +
                                   file.string() + "'");
    std::string text;
    for (const std::string& line : lines) text += (text.empty() ? "" : " ") + line;
    return text;
  }

  void expect_same_times(const fs::path& clip, const fs::path& out, double within = 1e-6) const {
    const auto wanted = probe_times(folder_, clip);
    const auto times = probe_times(folder_, out);
    ASSERT_EQ(times.size(), wanted.size());
    for (std::size_t i = 0; i < times.size(); ++i) ASSERT_NEAR(times[i], wanted[i], within) << i;
  }

  ClipFolder folder_;
};

TEST_F(VideoWriterTest, KeepsEveryFrameItsTimeAndTheLength) {
  const auto clip = folder_.make_moving("clip.mp4", "-c:v libx264 -preset ultrafast -bf 2");
  const auto out = folder_.path("out.mp4");
  EXPECT_TRUE(rewrite(clip, out).empty());
  expect_same_times(clip, out);
  EXPECT_EQ(probe(out, "stream=codec_name,pix_fmt,nb_frames"), "h264,yuv420p,75");
  EXPECT_EQ(probe(out, "format=duration"), probe(clip, "format=duration"));
}

TEST_F(VideoWriterTest, KeepsTimesOfAVariableRateAndOfAVideoThatStartsLate) {
  const auto clip = folder_.make(
      "vfr.mkv",
      "-f lavfi -i testsrc=s=160x120:r=25:d=2 -vf \"select='not(mod(n,3))+not(mod(n,7))'\" "
      "-vsync vfr -output_ts_offset 5 -c:v libx264 -preset ultrafast");
  const auto out = folder_.path("out.mp4");
  rewrite(clip, out);
  EXPECT_NEAR(probe_times(folder_, out).front(), 5, 0.1);
  expect_same_times(clip, out);
}

TEST_F(VideoWriterTest, WhatWasDrawnIsInThePicture) {
  const auto clip = folder_.make_moving("clip.mp4", "-c:v libx264 -preset ultrafast", 0.4);
  for (const VideoEncoding encoding : {VideoEncoding::h264, VideoEncoding::mpeg4}) {
    const auto out = folder_.path("out.mp4");
    rewrite(clip, out, {.encoding = encoding});
    expect_same_times(clip, out);
    const VideoIndex index = index_video(out, {});
    SegmentReader reader(index, {0, {0}, {10}}, std::vector<bool>(10, true));
    int frames = 0;
    for (; const auto frame = reader.next(); ++frames) {
      const Image corner = frame->picture->window({4, 4, 12, 12}).image;
      for (const std::uint8_t value : corner.bytes()) ASSERT_GT(value, 200) << frames;
    }
    EXPECT_EQ(frames, 10);
  }
}

TEST_F(VideoWriterTest, AudioIsCopiedPacketByPacket) {
  const auto clip = folder_.make("talk.mp4",
                                 "-f lavfi -i testsrc=s=160x120:r=25:d=2 -f lavfi -i "
                                 "sine=f=440:d=2 -c:v libx264 -preset ultrafast -c:a aac "
                                 "-metadata:s:a:0 language=swe -metadata title=secret");
  const auto out = folder_.path("out.mp4");
  EXPECT_TRUE(rewrite(clip, out).empty());
  const auto audio_of = [&](const fs::path& file) {
    return folder_.run("ffmpeg -v error -i '" + file.string() + "' -map 0:a -c copy -f md5 -");
  };
  EXPECT_EQ(audio_of(out), audio_of(clip));
  EXPECT_EQ(probe(out, "packet=pts_time -select_streams a"),
            probe(clip, "packet=pts_time -select_streams a"));
  EXPECT_EQ(probe(out, "stream_tags=language -select_streams a"), "swe");
  EXPECT_EQ(probe(out, "format_tags=title"), "");
  rewrite(clip, out, {.audio = false});
  EXPECT_EQ(probe(out, "stream=codec_type"), "video");
}

TEST_F(VideoWriterTest, AudioThatTheContainerCannotHoldIsSaid) {
  const auto clip = folder_.make("raw.mov",
                                 "-f lavfi -i testsrc=s=160x120:r=25:d=1 -f lavfi -i sine=d=1 "
                                 "-c:v mpeg4 -c:a pcm_s16le");
  const auto notes = rewrite(clip, folder_.path("out.mp4"));
  ASSERT_EQ(notes.size(), 1U);
  EXPECT_NE(notes[0].find("pcm_s16le"), std::string::npos) << notes[0];
  const auto mov = folder_.path("out.mov");
  EXPECT_TRUE(rewrite(clip, mov, {.container = "mov"}).empty());
  EXPECT_EQ(probe(mov, "stream=codec_name"), "h264 pcm_s16le");
}

TEST_F(VideoWriterTest, MpegTsWithItsAudioBecomesMp4) {
  const auto clip = folder_.make("clip.ts",
                                 "-f lavfi -i testsrc=s=160x120:r=25:d=2 -f lavfi -i sine=d=2 "
                                 "-c:v mpeg2video -bf 2 -c:a aac");
  const auto out = folder_.path("out.mp4");
  EXPECT_TRUE(rewrite(clip, out).empty());
  expect_same_times(clip, out);
  EXPECT_EQ(probe(out, "stream=codec_name"), "h264 aac");
}

TEST_F(VideoWriterTest, ShapeOfPixelsColoursAndRotationAreKept) {
  const auto clip = folder_.make("wide.mp4",
                                 "-f lavfi -i testsrc=s=160x120:r=25:d=0.4 -vf setsar=16/11 "
                                 "-colorspace smpte170m -color_primaries smpte170m -color_trc "
                                 "smpte170m -c:v libx264 -preset ultrafast");
  const auto out = folder_.path("out.mp4");
  rewrite(clip, out);
  EXPECT_EQ(probe(out, "stream=sample_aspect_ratio,color_range,color_space,color_primaries"),
            "16:11,tv,smpte170m,smpte170m");
  folder_.make("turned.mp4", "-i wide.mp4 -c copy -metadata:s:v rotate=90");
  rewrite(folder_.path("turned.mp4"), out);
  EXPECT_EQ(probe(out, "stream=width,height,sample_aspect_ratio"), "120,160,11:16");
  EXPECT_EQ(probe(out, "stream_side_data=rotation"), "");
}

TEST_F(VideoWriterTest, OddSidesAndTinyPicturesWork) {
  const auto clip =
      folder_.make("odd.mkv", "-f lavfi -i testsrc=s=35x37:r=25:d=0.4 -c:v ffv1 -pix_fmt yuv444p");
  const auto out = folder_.path("out.mp4");
  rewrite(clip, out);
  EXPECT_EQ(probe(out, "stream=width,height,nb_frames"), "36,38,10");
}

TEST_F(VideoWriterTest, TheSameInputGivesTheSameBytes) {
  const auto clip = folder_.make_moving("clip.mp4", "-c:v libx264 -preset ultrafast", 1);
  rewrite(clip, folder_.path("a.mp4"));
  rewrite(clip, folder_.path("b.mp4"));
  EXPECT_EQ(read_file(folder_.path("a.mp4")), read_file(folder_.path("b.mp4")));
}

TEST_F(VideoWriterTest, AFullDiskIsSaid) {
  if (!fs::exists("/dev/full")) GTEST_SKIP() << "this system has no /dev/full";
  const auto clip = folder_.make_moving("clip.mp4", "-c:v libx264 -preset ultrafast", 1);
  try {
    rewrite(clip, "/dev/full");
    FAIL() << "wrote to a full disk";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::no_space) << error.what();
  }
}

TEST_F(VideoWriterTest, APlaceThatCannotBeWrittenIsSaid) {
  const auto clip = folder_.make_moving("clip.mp4", "-c:v libx264 -preset ultrafast", 0.2);
  try {
    rewrite(clip, folder_.path("no_folder/out.mp4"));
    FAIL() << "wrote into a folder that is not there";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::io);
    EXPECT_NE(std::string(error.what()).find("out.mp4"), std::string::npos) << error.what();
  }
}

}  // namespace
}  // namespace screenalytics
