// SPDX-License-Identifier: MIT
#include "overlay/face_path.h"

#include <vector>

#include <gtest/gtest.h>

namespace screenalytics {
namespace {

using std::chrono::milliseconds;

MediaTime at(int ms) { return MediaTime(milliseconds(ms)); }
Look look(int ms, float left) { return {at(ms), {left, 0, left + 10, 10}}; }

/// Looks every 200 ms from 0 to 2 s, frames of 40 ms; a cut at 1 s.
LookTimes times() {
  std::vector<SampledFrame> samples;
  for (int i = 0; i <= 10; ++i)
    samples.push_back({{5 * i}, {at(200 * i), at(200 * i + 40)}, {i < 5 ? 0 : 1}});
  const std::vector<Shot> shots{{{0}, {0}, {at(0), at(1000)}}, {{1}, {25}, {at(1000), at(2040)}}};
  return {samples, shots};
}

FacePath path(std::vector<Look> looks) { return {.looks = std::move(looks)}; }

constexpr Duration kStep = milliseconds(200);

TEST(FacePath, IsShownHalfAStepBeyondItsLooksInsideItsShot) {
  const LookTimes looks = times();
  EXPECT_EQ(looks.step(), kStep);
  EXPECT_EQ(looks.shown(look(400, 0), look(600, 0)), (TimeSpan{at(300), at(700)}));
  EXPECT_EQ(looks.shown(look(800, 0), look(800, 0)), (TimeSpan{at(700), at(900)}));
  EXPECT_EQ(looks.shown(look(1000, 0), look(1000, 0)), (TimeSpan{at(1000), at(1100)}));
  EXPECT_EQ(looks.shown(look(0, 0), look(2000, 0)).begin, at(0));
  EXPECT_EQ(looks.shown(look(1800, 0), look(2000, 0)).end, at(2040));
}

TEST(FacePath, MayBeThereAsLongAsNoLookSaysOtherwise) {
  const LookTimes looks = times();
  // Up to and with the looks that did not see it.
  EXPECT_EQ(looks.maybe_shown(look(400, 0), look(600, 0)), (TimeSpan{at(200), at(840)}));
  // Up to the cut, however far that is from the last look.
  EXPECT_EQ(looks.maybe_shown(look(800, 0), look(800, 0)).end, at(1000));
  EXPECT_EQ(looks.maybe_shown(look(1000, 0), look(1000, 0)).begin, at(1000));
  // At the ends of the video there is no look to end it.
  EXPECT_EQ(looks.maybe_shown(look(0, 0), look(2000, 0)),
            (TimeSpan{MediaTime::min(), MediaTime::max()}));
}

TEST(FacePath, MovesEvenlyBetweenLooks) {
  const FacePath moving = path({look(0, 0), look(200, 20)});
  EXPECT_FLOAT_EQ(place_at(moving, at(50), kStep).box.left, 5);
  EXPECT_FLOAT_EQ(place_at(moving, at(200), kStep).box.right, 30);
  EXPECT_TRUE(place_at(moving, at(50), kStep).seen);
}

TEST(FacePath, GoesOnAsItWentForOneStep) {
  const FacePath moving = path({look(200, 0), look(400, 20)});
  EXPECT_FLOAT_EQ(place_at(moving, at(500), kStep).box.left, 30);
  EXPECT_FLOAT_EQ(place_at(moving, at(100), kStep).box.left, -10);
  EXPECT_FLOAT_EQ(place_at(moving, at(5000), kStep).box.left, 40);
  EXPECT_FLOAT_EQ(place_at(path({look(200, 7)}), at(300), kStep).box.left, 7);
}

TEST(FacePath, SaysWhereLooksBetweenDidNotSeeIt) {
  const FacePath lost = path({look(0, 0), look(800, 80)});
  EXPECT_FLOAT_EQ(place_at(lost, at(400), kStep).box.left, 40);
  EXPECT_FALSE(place_at(lost, at(400), kStep).seen);
  // Across such a gap nothing is known of its speed.
  EXPECT_FLOAT_EQ(place_at(lost, at(900), kStep).box.left, 80);
}

TEST(FacePath, TheCoverHoldsAFaceThatStopsOrGoesOn) {
  const FacePath moving = path({look(200, 0), look(400, 20)});
  const Box beyond = cover_at(moving, at(500), kStep);
  EXPECT_FLOAT_EQ(beyond.left, 20);
  EXPECT_FLOAT_EQ(beyond.right, 40);
  const Box between = cover_at(moving, at(300), kStep);
  EXPECT_FLOAT_EQ(between.left, 5);
  EXPECT_FLOAT_EQ(between.right, 25);
  EXPECT_FLOAT_EQ(cover_at(moving, at(200), kStep).left, 0);
}

TEST(FacePath, TheSweepGivesWhatIsOnScreenInOrder) {
  std::vector<FacePath> paths{path({look(0, 0)}), path({look(0, 0)}), path({look(0, 0)})};
  paths[0].shown = {at(100), at(300)};
  paths[1].shown = {at(0), at(200)};
  paths[2].shown = {at(300), at(400)};
  PathSweep sweep(paths);
  const auto expect = [&](int ms, const std::vector<const FacePath*>& wanted) {
    EXPECT_EQ(sweep.at(at(ms)), wanted) << ms;
  };
  expect(0, {&paths[1]});
  expect(150, {&paths[0], &paths[1]});
  expect(200, {&paths[0]});
  expect(300, {&paths[2]});
  expect(900, {});
}

}  // namespace
}  // namespace screenalytics
