// SPDX-License-Identifier: MIT
#include "track/byte_tracker.h"

#include <filesystem>
#include <fstream>
#include <map>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace screenalytics {
namespace {

MediaTime at(double seconds) { return MediaTime{from_seconds(seconds)}; }

struct Known {
  std::map<int, Detections> detections;
  std::map<int, std::vector<std::string>> people;  // of each detection
  std::vector<std::pair<int, int>> scenes;
};

Known read_known(const std::filesystem::path& path) {
  const auto json = nlohmann::json::parse(std::ifstream(path));
  Known known;
  for (const auto& row : json.at("boxes")) {
    const int frame = row.at("frame");
    known.detections[frame].push_back(
        {{row.at("x1"), row.at("y1"), row.at("x2"), row.at("y2")}, std::nullopt, row.at("score")});
    known.people[frame].push_back(row.at("id"));
  }
  for (const auto& row : json.at("segments")) {
    known.scenes.emplace_back(row.at("start"), row.at("end"));
  }
  return known;
}

/// Follows one scene on these frames. Each person must have one track, each track one person.
void expect_one_track_each(const Known& known,
                           const std::vector<int>& frames,
                           const std::string& what) {
  ByteTracker tracker({}, TrackClock::real);
  std::map<std::string, std::set<std::int64_t>> tracks_of;
  std::map<std::int64_t, std::set<std::string>> people_of;
  for (const int frame : frames) {
    const auto tracks = tracker.step(at(frame / 25.0), known.detections.at(frame));
    EXPECT_EQ(tracks.size(), known.detections.at(frame).size()) << what << ", frame " << frame;
    for (const TrackedBox& track : tracks) {
      const std::string& person = known.people.at(frame).at(track.detection.value());
      tracks_of[person].insert(track.id);
      people_of[track.id].insert(person);
    }
  }
  for (const auto& [person, tracks] : tracks_of)
    EXPECT_EQ(tracks.size(), 1U) << what << ' ' << person;
  for (const auto& [id, people] : people_of) EXPECT_EQ(people.size(), 1U) << what << ' ' << id;
}

class CompositeFaces : public testing::TestWithParam<int> {};

TEST_P(CompositeFaces, GiveOneTrackPerPersonAndScene) {
  const std::filesystem::path path =
      std::filesystem::path(SCREENALYTICS_SHARED_DIR) / "media" / "composite_harvest_6ids_gt.json";
  if (!std::filesystem::exists(path)) GTEST_SKIP() << "the composite video is not on this machine";
  const Known known = read_known(path);
  ASSERT_EQ(known.scenes.size(), 6U);
  const int stride = GetParam();
  std::mt19937 random(11);
  for (const auto& [first, last] : known.scenes) {
    std::vector<int> even;
    std::vector<int> uneven;
    for (int frame = first; frame <= last; frame += stride) even.push_back(frame);
    for (int frame = first; frame <= last;) {
      uneven.push_back(frame);
      frame += 1 + static_cast<int>(random() % static_cast<unsigned>(2 * stride - 1));
    }
    expect_one_track_each(known, even, "scene from " + std::to_string(first));
    expect_one_track_each(known, uneven, "uneven, scene from " + std::to_string(first));
  }
}

INSTANTIATE_TEST_SUITE_P(ByteTracker, CompositeFaces, testing::Values(1, 2, 4, 6, 8));

}  // namespace
}  // namespace screenalytics
