// SPDX-License-Identifier: MIT
#include "core/error.h"
#include "track/assignment.h"
#include "track/byte_tracker.h"
#include "track/kalman_box.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <limits>
#include <map>
#include <numbers>
#include <random>
#include <set>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace screenalytics {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

MediaTime at(double seconds) { return MediaTime{from_seconds(seconds)}; }

/// A face of 76 x 100 pixels.
Detection face(double center_x, double center_y, float score = 0.9F, float size = 100) {
  const auto x = static_cast<float>(center_x);
  const auto y = static_cast<float>(center_y);
  const float half = 0.38F * size;
  return {{x - half, y - size / 2, x + half, y + size / 2}, std::nullopt, score};
}

std::vector<std::int64_t> ids(const std::vector<TrackedBox>& boxes) {
  std::vector<std::int64_t> result;
  for (const TrackedBox& box : boxes) result.push_back(box.id);
  return result;
}

ByteTracker real_tracker(ByteTrackOptions options = {}) {
  return ByteTracker(options, TrackClock::real);
}

// --- assignment ---

double price(const CostMatrix& costs, const Assignment& assignment, double limit) {
  double total = 0;
  for (const Pairing& pair : assignment.pairs)
    total += static_cast<double>(costs(pair.row, pair.column));
  return total +
         limit / 2 *
             static_cast<double>(assignment.free_rows.size() + assignment.free_columns.size());
}

/// Tries every way to pair rows from `row` on with columns that are still free.
double cheapest(const CostMatrix& costs,
                std::size_t row,
                std::set<std::size_t>& taken,
                double limit) {
  if (row == costs.rows()) {
    return limit / 2 * static_cast<double>(costs.columns() - taken.size());
  }
  double best = limit / 2 + cheapest(costs, row + 1, taken, limit);
  for (std::size_t column = 0; column < costs.columns(); ++column) {
    if (!taken.insert(column).second) continue;
    const auto own = static_cast<double>(costs(row, column));
    best = std::min(best, own + cheapest(costs, row + 1, taken, limit));
    taken.erase(column);
  }
  return best;
}

TEST(Assign, IsAsCheapAsTheBestOfAllPossibilities) {
  std::mt19937 random(7);
  for (int round = 0; round < 400; ++round) {
    CostMatrix costs(1 + random() % 5, 1 + random() % 5);
    const bool many_ties = round % 2 == 0;
    for (std::size_t row = 0; row < costs.rows(); ++row) {
      for (std::size_t column = 0; column < costs.columns(); ++column) {
        const auto cost = static_cast<float>(random() % 1000) / 1000;
        costs(row, column) = many_ties ? std::round(cost * 4) / 4 : cost;
      }
    }
    const float limit = static_cast<float>(random() % 11) / 10;
    const Assignment assignment = assign(costs, limit);
    std::set<std::size_t> taken;
    EXPECT_NEAR(price(costs, assignment, static_cast<double>(limit)),
                cheapest(costs, 0, taken, static_cast<double>(limit)),
                1e-6)
        << "round " << round;
    EXPECT_EQ(assignment.pairs.size() + assignment.free_rows.size(), costs.rows());
    EXPECT_EQ(assignment.pairs.size() + assignment.free_columns.size(), costs.columns());
  }
}

TEST(Assign, LeavesFreeWhatCostsMoreThanTheLimit) {
  CostMatrix costs(2, 2);
  costs(0, 0) = 0.2F;
  costs(0, 1) = costs(1, 0) = 1;
  costs(1, 1) = 0.6F;
  const Assignment assignment = assign(costs, 0.5F);
  ASSERT_EQ(assignment.pairs.size(), 1U);
  EXPECT_EQ(assignment.pairs[0].row, 0U);
  EXPECT_EQ(assignment.pairs[0].column, 0U);
  EXPECT_THAT(assignment.free_rows, ElementsAre(1U));
  EXPECT_THAT(assignment.free_columns, ElementsAre(1U));
}

TEST(Assign, LeavesAllFreeWhenOneSideIsEmpty) {
  EXPECT_THAT(assign(CostMatrix(2, 0), 0.5F).free_rows, ElementsAre(0U, 1U));
  EXPECT_THAT(assign(CostMatrix(0, 2), 0.5F).free_columns, ElementsAre(0U, 1U));
}

// --- Kalman filter ---

TEST(KalmanBox, StartsWhereTheFaceWasSeen) {
  const Extent place = KalmanBox({10, 20, 76, 100}).extent();
  EXPECT_NEAR(place.left, 10, 1e-4);
  EXPECT_NEAR(place.top, 20, 1e-4);
  EXPECT_NEAR(place.width, 76, 1e-4);
  EXPECT_NEAR(place.height, 100, 1e-4);
}

TEST(KalmanBox, LearnsASteadyMotion) {
  KalmanBox motion({0, 0, 76, 100});
  for (int step = 1; step <= 20; ++step) {
    motion.predict(1);
    motion.correct({5.0F * static_cast<float>(step), 0, 76, 100});
  }
  motion.predict(4);
  EXPECT_NEAR(motion.extent().left, 5 * 24, 1);
  EXPECT_NEAR(motion.extent().top, 0, 0.01);
}

KalmanBox moving_box() {
  KalmanBox motion({0, 0, 76, 100});
  motion.predict(1);
  motion.correct({6, 2, 76, 100});
  return motion;
}

/// Where a filter ends after one more sighting shows mean and covariance at once.
Extent after_sighting(KalmanBox motion) {
  motion.correct({100, 50, 80, 110});
  motion.predict(3);
  motion.correct({120, 40, 82, 108});
  return motion.extent();
}

void expect_same(const Extent& first, const Extent& second) {
  EXPECT_NEAR(first.left, second.left, 0.02);
  EXPECT_NEAR(first.top, second.top, 0.02);
  EXPECT_NEAR(first.width, second.width, 0.02);
  EXPECT_NEAR(first.height, second.height, 0.02);
}

TEST(KalmanBox, OneLongPredictionEqualsManyShortOnes) {
  // The height stands still, because noise is scaled by the height at the time.
  KalmanBox once = moving_box();
  KalmanBox whole = once;
  KalmanBox uneven = once;
  once.predict(6);
  for (int step = 0; step < 6; ++step) whole.predict(1);
  for (const float part : {0.5F, 2.25F, 0.25F, 3.0F}) uneven.predict(part);
  expect_same(after_sighting(once), after_sighting(whole));
  expect_same(after_sighting(once), after_sighting(uneven));
}

TEST(KalmanBox, NoTimeChangesNothing) {
  KalmanBox still = moving_box();
  still.predict(0);
  expect_same(after_sighting(still), after_sighting(moving_box()));
}

TEST(KalmanBox, LongerBlindnessTrustsTheNextSightingMore) {
  KalmanBox brief({0, 0, 76, 100});
  KalmanBox blind = brief;
  brief.predict(1);
  blind.predict(25);
  brief.correct({50, 0, 76, 100});
  blind.correct({50, 0, 76, 100});
  EXPECT_LT(brief.extent().left, 48);
  EXPECT_GT(blind.extent().left, 49);
}

TEST(KalmanBox, LimitsAnExtrapolatedHeight) {
  KalmanBox shrinking({0, 0, 76, 100});
  shrinking.predict(1);
  shrinking.correct({0, 0, 40, 50});
  shrinking.predict(25);
  shrinking.limit_height(25, 100);
  EXPECT_GE(shrinking.extent().height, 25);
}

TEST(PixelIou, CountsTheLastPixel) {
  EXPECT_FLOAT_EQ(pixel_iou({0, 0, 9, 9}, {0, 0, 9, 9}), 1);
  EXPECT_FLOAT_EQ(pixel_iou({0, 0, 9, 9}, {9, 0, 9, 9}), 10.0F / 190);
  EXPECT_FLOAT_EQ(pixel_iou({0, 0, 9, 9}, {10.5F, 0, 9, 9}), 0);
}

// --- both clocks ---

TEST(ByteTracker, NamesTheDetectionThatATrackTook) {
  for (const TrackClock clock : {TrackClock::real, TrackClock::frames}) {
    ByteTracker tracker({}, clock);
    tracker.step(at(0), {face(100, 100), face(500, 100)});
    const auto seen =
        tracker.step(at(0.04), {face(900, 100, 0.3F), face(501, 100), face(101, 100)});
    ASSERT_THAT(ids(seen), ElementsAre(1, 2));
    EXPECT_EQ(seen[0].detection, 2U);
    EXPECT_EQ(seen[1].detection, 1U);
    EXPECT_FLOAT_EQ(seen[0].score, 0.9F);
  }
}

TEST(ByteTracker, KeepsAFaceThroughLowScores) {
  for (const TrackClock clock : {TrackClock::real, TrackClock::frames}) {
    ByteTracker tracker({}, clock);
    tracker.step(at(0), {face(100, 100)});
    EXPECT_THAT(ids(tracker.step(at(0.04), {face(102, 100, 0.2F)})), ElementsAre(1));
  }
}

TEST(ByteTracker, LowScoresStartNoTrackAndFindNoLostOne) {
  for (const TrackClock clock : {TrackClock::real, TrackClock::frames}) {
    ByteTracker tracker({}, clock);
    EXPECT_THAT(tracker.step(at(0), {face(100, 100, 0.55F)}), IsEmpty());  // under high_threshold
    tracker.step(at(0.04), {face(100, 100)});
    tracker.step(at(0.08), {face(100, 100)});
    tracker.step(at(0.12), {});
    EXPECT_THAT(tracker.step(at(0.16), {face(100, 100, 0.4F)}), IsEmpty());
    EXPECT_THAT(ids(tracker.step(at(0.20), {face(100, 100, 0.5F)})), ElementsAre(1));
  }
}

TEST(ByteTracker, LooksAwayFromImpossibleBoxes) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  ByteTracker tracker = real_tracker();
  const Detections seen{{{nan, 0, 10, 10}, std::nullopt, 0.9F},
                        {{10, 10, 5, 20}, std::nullopt, 0.9F},
                        face(100, 100, nan),
                        face(100, 100)};
  const auto tracks = tracker.step(at(0), seen);
  ASSERT_THAT(ids(tracks), ElementsAre(1));
  EXPECT_EQ(tracks[0].detection, 3U);
}

TEST(ByteTracker, RefusesImpossibleSettings) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_THROW(ByteTracker({.track_threshold = nan}, TrackClock::real), Error);
  EXPECT_THROW(ByteTracker({.match_threshold = -0.1}, TrackClock::real), Error);
  EXPECT_THROW(ByteTracker({.buffer = Duration{-1}}, TrackClock::real), Error);
  EXPECT_THROW(ByteTracker({}, TrackClock::frames, -1), Error);
}

// --- TrackClock::frames ---

TEST(FrameClock, ReportsATrackFromItsSecondSightingExceptInTheFirstFrame) {
  ByteTracker tracker({}, TrackClock::frames);
  EXPECT_THAT(ids(tracker.step(at(0), {face(100, 100)})), ElementsAre(1));
  EXPECT_THAT(ids(tracker.step(at(0.04), {face(100, 100), face(500, 100)})), ElementsAre(1));
  EXPECT_THAT(ids(tracker.step(at(0.08), {face(100, 100), face(500, 100)})), ElementsAre(1, 2));
}

TEST(FrameClock, ForgetsAfterTheBufferWhateverTheTime) {
  for (const int blind : {5, 6, 7}) {
    ByteTracker tracker({}, TrackClock::frames, 5);
    tracker.step(at(0), {face(100, 100)});
    for (int i = 0; i < blind; ++i) tracker.step(at(0), {});
    tracker.step(at(0), {face(100, 100)});
    // The reference takes one frame more than the buffer to let go.
    EXPECT_THAT(ids(tracker.step(at(0), {face(100, 100)})), ElementsAre(blind <= 6 ? 1 : 2))
        << blind;
  }
}

// --- TrackClock::real ---

TEST(RealClock, ReportsATrackFromItsFirstSighting) {
  ByteTracker tracker = real_tracker();
  tracker.step(at(0), {});
  const auto first = tracker.step(at(0.16), {face(100, 100)});
  ASSERT_THAT(ids(first), ElementsAre(1));
  EXPECT_NEAR(first[0].box.left, 62, 0.01);
  EXPECT_THAT(ids(tracker.step(at(0.32), {face(100, 100), face(500, 100)})), ElementsAre(1, 2));
}

/// The id of a face that comes back after `gap` seconds out of sight.
std::int64_t id_after(double gap, double step, Duration buffer) {
  ByteTracker tracker = real_tracker({.buffer = buffer});
  tracker.step(at(5), {face(100, 100)});
  for (int i = 1; i * step < gap - 1e-9; ++i) tracker.step(at(5 + i * step), {});
  return tracker.step(at(5 + gap), {face(100, 100)}).at(0).id;
}

TEST(RealClock, KeepsATrackForTheBufferInSecondsAtAnyFrameRate) {
  for (const double step : {0.01, 0.04, 1.0 / 6, 0.3}) {
    EXPECT_EQ(id_after(1.0, step, std::chrono::seconds(1)), 1) << step;
    EXPECT_EQ(id_after(1.02, step, std::chrono::seconds(1)), 2) << step;
    EXPECT_EQ(id_after(1.9, step, std::chrono::seconds(2)), 1) << step;
    EXPECT_EQ(id_after(0.6, step, std::chrono::milliseconds(500)), 2) << step;
  }
}

TEST(RealClock, AHoleInTheVideoLongerThanTheBufferEndsATrack) {
  ByteTracker tracker = real_tracker();
  tracker.step(at(0), {face(100, 100)});
  tracker.step(at(0.16), {face(100, 100)});
  EXPECT_THAT(ids(tracker.step(at(1.5), {face(100, 100)})), ElementsAre(2));
}

TEST(RealClock, SparseSamplingIsNoLoss) {
  ByteTracker tracker = real_tracker();
  tracker.step(at(0), {});
  for (int i = 1; i < 6; ++i) {
    EXPECT_THAT(ids(tracker.step(at(2.0 * i + 0.1 * (i % 2)), {face(100, 100)})), ElementsAre(1));
  }
}

TEST(RealClock, NeverGivesAnIdAgain) {
  ByteTracker tracker = real_tracker();
  std::set<std::int64_t> seen;
  for (int i = 0; i < 20; ++i) {
    for (const std::int64_t id : ids(tracker.step(at(2 * i), {face(100, 100), face(400, 100)}))) {
      EXPECT_TRUE(seen.insert(id).second || i == 0) << id;
    }
    tracker.step(at(2 * i + 0.1), {});
  }
  EXPECT_EQ(*seen.begin(), 1);
  EXPECT_EQ(*seen.rbegin(), 40);
}

TEST(RealClock, FollowsAWalkOverUnevenSteps) {
  // 2.5 face heights a second, sampled 3 to 25 times a second.
  ByteTracker tracker = real_tracker();
  std::mt19937 random(3);
  double time = 0;
  while (time < 4) {
    const double x = 100 + 250 * time;
    const auto seen = tracker.step(at(time), {face(x, 300), face(1300 - x, 600)});
    ASSERT_THAT(ids(seen), ElementsAre(1, 2)) << time;
    EXPECT_NEAR(seen[0].box.center().x, x, 15) << time;
    time += 0.04 * static_cast<double>(1 + random() % 8);
  }
}

TEST(RealClock, TwoWhoPassEachOtherKeepTheirIds) {
  ByteTracker tracker = real_tracker();
  for (int i = 0; i < 24; ++i) {
    const double time = i / 6.0;
    const double x = 200 + 180 * time;
    const auto seen = tracker.step(at(time), {face(x, 300), face(1000 - x, 340)});
    ASSERT_EQ(seen.size(), 2U);
    for (const TrackedBox& track : seen) {
      EXPECT_EQ(track.detection, track.id == 1 ? 0U : 1U) << "step " << i;
    }
  }
}

TEST(RealClock, FindsAFaceThatMovedBesideItsOldPlace) {
  ByteTracker tracker = real_tracker();
  tracker.step(at(0), {face(100, 100)});
  EXPECT_THAT(ids(tracker.step(at(0.16), {face(190, 100)})), ElementsAre(1));
}

TEST(RealClock, TakesNoOtherFaceForAFastOne) {
  const auto id_of_second = [](const Detection& second, double gap) {
    ByteTracker tracker = real_tracker();
    tracker.step(at(0), {face(100, 100)});
    return tracker.step(at(gap), {second}).at(0).id;
  };
  EXPECT_EQ(id_of_second(face(190, 100), 0.04), 2) << "nobody is that fast";
  EXPECT_EQ(id_of_second(face(230, 100), 0.16), 2) << "too far";
  EXPECT_EQ(id_of_second(face(190, 100), 0.6), 2) << "out of sight for too long";
  EXPECT_EQ(id_of_second(face(190, 100, 0.9F, 60), 0.16), 2) << "another size";
}

TEST(RealClock, DoesNotGuessBetweenTwoFastFaces) {
  ByteTracker tracker = real_tracker();
  tracker.step(at(0), {face(300, 100)});
  EXPECT_THAT(ids(tracker.step(at(0.16), {face(210, 100), face(390, 100)})), ElementsAre(2, 3));
}

TEST(RealClock, AFaceHiddenBehindAnotherKeepsBothTracks) {
  ByteTracker tracker = real_tracker();
  for (int i = 0; i < 10; ++i) {
    tracker.step(at(0.04 * i), {face(300, 100), face(340 - 4 * i, 100)});
  }
  for (int i = 10; i < 20; ++i) {
    EXPECT_THAT(ids(tracker.step(at(0.04 * i), {face(300, 100)})), ElementsAre(1)) << i;
  }
}

TEST(RealClock, TimeThatStandsStillDoesNoHarm) {
  ByteTracker tracker = real_tracker();
  tracker.step(at(1), {face(100, 100)});
  EXPECT_THAT(ids(tracker.step(at(1), {face(101, 100)})), ElementsAre(1));
  EXPECT_THAT(ids(tracker.step(at(0.9), {face(102, 100)})), ElementsAre(1));
}

TEST(ByteTracker, FollowsFiftyFacesInAFractionOfAMillisecond) {
  ByteTracker tracker = real_tracker();
  const auto start = std::chrono::steady_clock::now();
  constexpr int kSteps = 200;
  for (int i = 0; i < kSteps; ++i) {
    Detections crowd;
    for (int k = 0; k < 50; ++k) {
      crowd.push_back(face(60 * (k % 10) + 20 * std::sin(0.1 * i + k), 80 * (k / 10.0)));
    }
    EXPECT_FALSE(tracker.step(at(0.04 * i), crowd).empty());
  }
  const std::chrono::duration<double, std::milli> spent = std::chrono::steady_clock::now() - start;
  RecordProperty("ms_per_step", std::to_string(spent.count() / kSteps));
  EXPECT_LT(spent.count() / kSteps, 20) << "far beyond what a loaded machine explains";
}

// --- real detections with known people ---

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
  ByteTracker tracker = real_tracker();
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
