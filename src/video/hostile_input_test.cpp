// SPDX-License-Identifier: MIT
#include "core/error.h"
#include "video/frame_decoder.h"
#include "video/segment_reader.h"
#include "video/test_clips.h"
#include "video/video_index.h"

#include <algorithm>
#include <set>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace screenalytics {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

constexpr const char* kX264 = "-c:v libx264 -preset veryfast -g 25 -bf 2 ";

struct Refusal {
  ErrorKind kind = ErrorKind::internal;
  std::string words;
};

Refusal refusal_of(const std::filesystem::path& path) {
  try {
    index_video(path, {});
  } catch (const Error& error) {
    return {error.kind(), error.what()};
  }
  return {ErrorKind::internal, "was accepted"};
}

void expect_refused(const std::filesystem::path& path, ErrorKind kind, const std::string& words) {
  const Refusal refusal = refusal_of(path);
  EXPECT_EQ(refusal.kind, kind) << refusal.words;
  EXPECT_THAT(refusal.words, AllOf(HasSubstr(words), Not(HasSubstr("\n"))));
}

TEST(HostileInput, RefusesWhatIsNoVideoFile) {
  const ClipFolder folder;
  expect_refused(folder.path("none.mp4"), ErrorKind::not_found, "no such file");
  expect_refused(folder.path("."), ErrorKind::bad_media, "is a folder");
  expect_refused(folder.write("empty.mp4", ""), ErrorKind::bad_media, "is empty");
  expect_refused(folder.write("text.mp4", "Once upon a time there was no video at all.\n"),
                 ErrorKind::bad_media,
                 "not a video");
  expect_refused(
      folder.write("noise.mp4", std::string(5000, '\x55')), ErrorKind::bad_media, "not a video");
  expect_refused("/dev/null", ErrorKind::bad_media, "not a regular file");
}

TEST(HostileInput, RefusesSoundAndStillPictures) {
  const ClipFolder folder;
  const std::string tone = "-f lavfi -i sine=duration=1 ";
  expect_refused(folder.make("a.m4a", tone + "-c:a aac"), ErrorKind::bad_media, "no video stream");
  expect_refused(folder.make("a.mkv", tone + "-c:a aac"), ErrorKind::bad_media, "only: audio");
  folder.make("a.png", "-f lavfi -i testsrc2=size=64x64 -frames:v 1");
  expect_refused(folder.path("a.png"), ErrorKind::bad_media, "still picture");
  const auto covered =
      folder.make("covered.m4a",
                  tone + "-i a.png -map 0 -map 1 -c:a aac -c:v copy -disposition:v:0 attached_pic");
  expect_refused(covered, ErrorKind::bad_media, "cover");
}

TEST(HostileInput, NeverTakesAPathForAProtocol) {
  for (const char* path : {"http://localhost:1/a.mp4",
                           "concat:a.mp4|b.mp4",
                           "file:a.mp4",
                           "pipe:0",
                           "data:,x",
                           "subfile,,start,0,end,9,,:a"}) {
    expect_refused(path, ErrorKind::not_found, "no such file");
  }
}

TEST(HostileInput, OpensNoOtherFileThroughAPlaylist) {
  const ClipFolder folder;
  folder.make_moving("a.ts", kX264, 1);
  expect_refused(folder.write("list.ffconcat", "ffconcat version 1.0\nfile a.ts\n"),
                 ErrorKind::bad_media,
                 "playlist");
  expect_refused(folder.write("list.mp4", "ffconcat version 1.0\nfile a.ts\n"),
                 ErrorKind::bad_media,
                 "playlist");
  expect_refused(
      folder.write("list.m3u8",
                   "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\na.ts\n#EXT-X-ENDLIST\n"),
      ErrorKind::bad_media,
      "playlist");
}

TEST(HostileInput, ReadsAFileNamedLikeAProtocolOrPattern) {
  const ClipFolder folder;
  folder.make_moving("a.mp4", kX264, 1);
  for (const char* name : {"concat:b|c.mp4", "frame%03d.mp4", "a b'c.mp4"}) {
    std::filesystem::copy_file(folder.path("a.mp4"), folder.path(name));
    EXPECT_THAT(see_all(index_video(folder.path(name), {}), 1h).frames, SizeIs(25)) << name;
  }
}

TEST(HostileInput, SaysWhenTheIndexOfAnMp4IsMissing) {
  const ClipFolder folder;
  const std::string whole = read_file(folder.make_moving("a.mp4", kX264));
  expect_refused(
      folder.write("cut.mp4", whole.substr(0, whole.size() / 2)), ErrorKind::bad_media, "moov");
}

TEST(HostileInput, RefusesAVideoWithoutFrames) {
  const ClipFolder folder;
  const std::string nothing = "-f lavfi -i testsrc2=size=64x64 -t 0";
  expect_refused(folder.make("none.avi", nothing), ErrorKind::bad_media, "no frames");
  expect_refused(folder.make("none.mp4", nothing), ErrorKind::bad_media, "no video stream");
}

TEST(HostileInput, NamesACodecThatNothingDecodes) {
  const ClipFolder folder;
  std::string clip = read_file(folder.make_moving("a.avi", "-c:v mpeg4 -bf 0", 1));
  for (std::size_t at = clip.find("FMP4"); at != std::string::npos; at = clip.find("FMP4"))
    clip.replace(at, 4, "QQ7Z");
  expect_refused(folder.write("b.avi", clip), ErrorKind::bad_media, "no decoder");
}

TEST(HostileInput, StopsWhenAsked) {
  const ClipFolder folder;
  const auto path = folder.make_moving("a.mp4", kX264, 1);
  std::stop_source stop;
  stop.request_stop();
  try {
    index_video(path, stop.get_token());
    FAIL() << "not stopped";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::cancelled);
  }
}

TEST(HostileInput, ReportsProgressUpToTheWholeFile) {
  const ClipFolder folder;
  const auto path = folder.make_moving("a.mp4", kX264, 1);
  std::uint64_t last = 0;
  index_video(path, {}, [&](std::uint64_t done, std::uint64_t total) {
    EXPECT_EQ(total, std::filesystem::file_size(path));
    EXPECT_LE(last, done);
    last = done;
  });
  EXPECT_EQ(last, std::filesystem::file_size(path));
}

/// All frames that the index promises are delivered or listed as missing, each once and in order.
void expect_complete(const VideoIndex& index, const SeenVideo& seen) {
  EXPECT_TRUE(std::ranges::is_sorted(seen.frames, std::less_equal<>(), &SeenFrame::index) ||
              seen.frames.size() < 2);
  std::set<std::int64_t> indices;
  for (const SeenFrame& frame : seen.frames) indices.insert(frame.index);
  for (const FrameIndex frame : seen.missing) indices.insert(frame.value);
  EXPECT_THAT(indices, SizeIs(index.frames.size()));
  EXPECT_EQ(seen.frames.size() + seen.missing.size(), index.frames.size());
}

TEST(DamagedVideo, GivesTheFramesBeforeTheCut) {
  for (const char* name : {"a.mkv", "a.ts", "a.avi", "a.mpg", "a.flv", "a.mp4"}) {
    const ClipFolder folder;
    const std::string codec = name == std::string("a.mpg")
                                  ? "-c:v mpeg2video"
                                  : std::string(kX264) + "-movflags faststart";
    const std::string whole = read_file(folder.make_moving(name, codec));
    const VideoIndex index = index_video(
        folder.write(std::string("cut_") + name, whole.substr(0, whole.size() * 6 / 10)), {});
    const SeenVideo seen = see_all(index, 500ms);
    EXPECT_GT(seen.frames.size(), 25U) << name;
    EXPECT_LT(seen.frames.size(), 75U) << name;
    expect_complete(index, seen);
  }
}

std::string with_damage(std::string bytes, std::size_t from, std::size_t step) {
  std::uint32_t random = 12345;
  for (std::size_t at = from; at < bytes.size(); at += step) {
    random = random * 1664525U + 1013904223U;
    bytes[at] = static_cast<char>(bytes[at] ^ static_cast<char>(random >> 24U | 1U));
  }
  return bytes;
}

TEST(DamagedVideo, LosesOnlyWhatIsDamaged) {
  for (const char* name : {"a.mp4", "a.mkv", "a.ts"}) {
    const ClipFolder folder;
    const std::string whole =
        read_file(folder.make_moving(name, std::string(kX264) + "-movflags faststart"));
    const VideoIndex index =
        index_video(folder.write(std::string("bad_") + name, with_damage(whole, 6000, 997)), {});
    const SeenVideo seen = see_all(index, 1h);
    EXPECT_GT(seen.frames.size(), 40U) << name;
    EXPECT_GT(seen.stats.frames_damaged + seen.stats.packets_damaged + index.damaged_packets, 0)
        << name;
    expect_complete(index, seen);
    expect_complete(index, see_all(index, 500ms));
  }
}

TEST(DamagedVideo, CountsAPacketTheDecoderRefusesAndGoesOn) {
  const ClipFolder folder;
  const auto path = folder.make_moving("a.avi", "-c:v mjpeg", 1);
  const VideoIndex index = index_video(path, {});
  std::string bytes = read_file(path);
  // Wipes the picture of one packet out, from behind its start on.
  std::size_t at = bytes.find("00dc");
  for (int i = 0; i < 8; ++i) at = bytes.find("00dc", at + 4);
  std::fill_n(bytes.begin() + static_cast<std::ptrdiff_t>(at) + 8, 3000, '\0');
  folder.write("a.avi", bytes);
  const SeenVideo seen = see_all(index, 1h);
  EXPECT_THAT(seen.frames, SizeIs(24));
  ASSERT_THAT(seen.missing, SizeIs(1));
  EXPECT_EQ(seen.missing[0].value, 7);
  EXPECT_EQ(seen.stats.packets_damaged, 1);
  EXPECT_EQ(seen.stats.retries, 1);
  FrameDecoder decoder(index, 4);
  EXPECT_FALSE(decoder.frame({7}));
  EXPECT_FALSE(decoder.frame({7}));
  EXPECT_EQ(decoder.stats().decode.retries, 2);
  EXPECT_TRUE(decoder.frame({8}));
}

TEST(DamagedVideo, TakesALongerRunUpWhereAKeyFrameIsNoCleanStart) {
  const ClipFolder folder;
  // Intra refresh: "key frames" are only the places where a refresh begins; pictures are whole a
  // second later.
  const auto path = folder.make_moving(
      "a.ts",
      "-c:v libx264 -preset veryfast -x264-params intra-refresh=1:keyint=20:bframes=0:scenecut=0");
  const VideoIndex index = index_video(path, {});
  const SeenVideo whole = see_all(index, 1h);
  const SeenVideo parts = see_all(index, 500ms);
  EXPECT_THAT(whole.frames, SizeIs(75));
  EXPECT_EQ(parts.frames, whole.frames);
}

}  // namespace
}  // namespace screenalytics
