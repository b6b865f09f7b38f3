// SPDX-License-Identifier: MIT
#include "core/error.h"
#include "track/byte_tracker.h"

#include <chrono>
#include <cmath>
#include <limits>
#include <random>
#include <set>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

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

TEST(RealClock, FindsAFaceThatStoppedWhileOutOfSight) {
  ByteTracker tracker = real_tracker();
  for (int i = 0; i <= 10; ++i) tracker.step(at(0.04 * i), {face(100 + 10 * i, 100)});
  for (int i = 11; i < 30; ++i) tracker.step(at(0.04 * i), {});
  EXPECT_THAT(ids(tracker.step(at(1.2), {face(200, 100)})), ElementsAre(1));
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

}  // namespace
}  // namespace screenalytics
