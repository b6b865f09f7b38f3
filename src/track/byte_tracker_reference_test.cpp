// SPDX-License-Identifier: MIT
#include "track/byte_tracker.h"
#include "track/reference_record.h"
#include "track/reference_stream.h"

#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace screenalytics {
namespace {

namespace fs = std::filesystem;

constexpr double kPixels = 0.01;  // what a box may differ from the reference's

MediaTime frame_time(int frame) { return MediaTime{std::chrono::milliseconds(40) * frame}; }

std::string ids_of(const std::vector<TrackedBox>& boxes) {
  std::ostringstream ids;
  for (const TrackedBox& box : boxes) ids << (ids.tellp() > 0 ? " " : "") << box.id;
  return ids.str();
}

class RecordedStream : public testing::TestWithParam<std::size_t> {};

TEST_P(RecordedStream, GetsTheReferencesAnswers) {
  const StreamPlan plan = recorded_plans()[GetParam()];
  const std::vector<RecordedFrame> expected = recorded_answers()[GetParam()];
  ASSERT_EQ(expected.size(), static_cast<std::size_t>(plan.frames));
  StreamPlayer player(plan);
  ByteTracker tracker(plan.options(), TrackClock::frames, plan.buffer_frames);
  for (int frame = 0; frame < plan.frames; ++frame) {
    const std::vector<TrackedBox> got = tracker.step(frame_time(frame), player.next());
    const RecordedFrame& wanted = expected[static_cast<std::size_t>(frame)];
    ASSERT_EQ(ids_of(got), wanted.ids) << "frame " << frame;
    RecordedFrame sums{"", 0, 0, 0, 0};
    for (const TrackedBox& track : got) {
      sums.left += track.box.left;
      sums.top += track.box.top;
      sums.width += track.box.width();
      sums.height += track.box.height();
    }
    const double allowed = kPixels * static_cast<double>(got.size()) + 0.001;
    ASSERT_NEAR(sums.left, wanted.left, allowed) << "frame " << frame;
    ASSERT_NEAR(sums.top, wanted.top, allowed) << "frame " << frame;
    ASSERT_NEAR(sums.width, wanted.width, allowed) << "frame " << frame;
    ASSERT_NEAR(sums.height, wanted.height, allowed) << "frame " << frame;
  }
}

INSTANTIATE_TEST_SUITE_P(ByteTracker, RecordedStream, testing::Range<std::size_t>(0, 5));

nlohmann::json read_json(const fs::path& path) {
  return nlohmann::json::parse(std::ifstream(path));
}

Box box_of(const nlohmann::json& row) {
  const auto left = row.at("x").get<float>();
  const auto top = row.at("y").get<float>();
  return {left, top, left + row.at("width").get<float>(), top + row.at("height").get<float>()};
}

void expect_same_frame(const std::vector<TrackedBox>& got,
                       const std::vector<nlohmann::json>& expected,
                       int frame) {
  ASSERT_EQ(got.size(), expected.size()) << "frame " << frame;
  for (std::size_t i = 0; i < got.size(); ++i) {
    const Box wanted = box_of(expected[i]);
    EXPECT_EQ(got[i].id, expected[i].at("track_id").get<std::int64_t>()) << "frame " << frame;
    EXPECT_NEAR(got[i].score, expected[i].at("score").get<float>(), 1e-6) << "frame " << frame;
    EXPECT_NEAR(got[i].box.left, wanted.left, kPixels) << "frame " << frame;
    EXPECT_NEAR(got[i].box.top, wanted.top, kPixels) << "frame " << frame;
    EXPECT_NEAR(got[i].box.width(), wanted.width(), kPixels) << "frame " << frame;
    EXPECT_NEAR(got[i].box.height(), wanted.height(), kPixels) << "frame " << frame;
  }
}

class RealFaces : public testing::TestWithParam<const char*> {};

TEST_P(RealFaces, GetTheReferencesTracks) {
  const fs::path folder = fs::path(SCREENALYTICS_SHARED_DIR) / "media" / "bytetrack";
  if (!fs::exists(folder)) GTEST_SKIP() << "the reference's tracks are not on this machine";
  const nlohmann::json seen = read_json(folder / "composite_harvest_6ids_detections.json");
  const nlohmann::json wanted =
      read_json(folder / ("composite_harvest_6ids_tracks_" + std::string(GetParam()) + ".json"));
  std::map<int, Detections> detections;
  for (const auto& row : seen.at("results")) {
    detections[row.at("frame_id")].push_back({box_of(row), std::nullopt, row.at("prob")});
  }
  std::map<int, std::vector<nlohmann::json>> tracks;
  for (const auto& row : wanted.at("results")) tracks[row.at("frame_id")].push_back(row);
  // The reference scales its buffer to the frame rate and drops the fraction.
  const int buffer_frames =
      static_cast<int>(wanted.at("fps").get<int>() / 30.0 * wanted.at("track_buffer").get<int>());
  const ByteTrackOptions options{.track_threshold = wanted.at("track_thresh"),
                                 .high_threshold = wanted.at("high_thresh"),
                                 .match_threshold = wanted.at("match_thresh")};
  ByteTracker tracker(options, TrackClock::frames, buffer_frames);
  for (int frame = 0; frame < wanted.at("frames").get<int>(); ++frame) {
    expect_same_frame(tracker.step(frame_time(frame), detections[frame]), tracks[frame], frame);
  }
}

INSTANTIATE_TEST_SUITE_P(ByteTracker,
                         RealFaces,
                         testing::Values("b30_t5_h6_m8", "b30_t6_h7_m9", "b5_t5_h6_m8"));

}  // namespace
}  // namespace screenalytics
