// SPDX-License-Identifier: MIT
#include "identify/resolve_edits.h"

#include <gmock/gmock.h>

namespace screenalytics {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

MediaTime at(double seconds) { return MediaTime(from_seconds(seconds)); }
Box box_at(double x) {
  const auto left = static_cast<float>(x);
  return {left, 100, left + 50, 160};
}

/// Moves 100 pixels to the right a second, seen every `step` seconds.
Track track(std::int64_t id, std::int64_t shot, double first, double last, double step) {
  Track made{.id = {id}, .shot = {shot}};
  for (double time = first; time <= last + 1e-9; time += step) {
    Sighting seen{.frame = {static_cast<std::int64_t>(time * 25 + 0.5)}, .time = at(time)};
    seen.detection.box = box_at(100 * (time - first));
    made.sightings.push_back(seen);
  }
  return made;
}

std::vector<Shot> shots() {
  return {{.id = {0}, .first = {0}, .span = {at(0), at(4)}},
          {.id = {1}, .first = {100}, .span = {at(4), at(10)}}};
}

Edit pointing_at(const std::vector<EditAnchor>& anchors) {
  return {.id = {1}, .op = EditOp::ignore, .anchors = anchors};
}

EditAnchor anchor(double time, double x, std::int64_t track = 1, int group = 0) {
  return {.time = at(time), .box = box_at(x), .track = {track}, .run = "old", .group = group};
}

ResolvedEdit resolved(const std::vector<Track>& tracks, const Edit& edit) {
  return resolve_edits({&edit, 1}, tracks, shots(), {}).front();
}

TEST(ResolveEdits, FindsTheSameFaceUnderAnotherNumberAtAnotherSampling) {
  const Track coarse = track(7, 0, 0, 3.6, 0.4);
  const Edit edit = pointing_at(anchors_of(coarse, "old", 0, AnchorDetail::full));
  const auto found = resolved({track(2, 0, 0, 3.9, 0.04), track(3, 1, 4, 8, 0.04)}, edit);
  ASSERT_EQ(found.groups.size(), 1U);
  EXPECT_THAT(found.groups[0], ElementsAre(TrackId{2}));
  EXPECT_EQ(found.lost, 0);
}

TEST(ResolveEdits, FindsEveryPieceOfATrackThatIsInPiecesNow) {
  const Edit edit = pointing_at(anchors_of(track(7, 0, 0, 3.6, 0.4), "old", 0, AnchorDetail::full));
  Track late = track(5, 0, 0, 3.9, 0.1);
  Track early = late;
  early.id = {4};
  early.sightings.resize(15);
  late.sightings.erase(late.sightings.begin(), late.sightings.begin() + 20);
  EXPECT_THAT(resolved({early, late}, edit).groups[0], ElementsAre(TrackId{4}, TrackId{5}));
}

TEST(ResolveEdits, ABoxBetweenTwoSightingsIsInterpolated) {
  EXPECT_THAT(resolved({track(1, 0, 0, 3, 1)}, pointing_at({anchor(0.5, 50)})).groups[0],
              ElementsAre(TrackId{1}));
}

TEST(ResolveEdits, ACutIsNeverCrossed) {
  // The same place just after the cut is somebody else.
  const auto found = resolved({track(1, 1, 4.1, 8, 0.1)}, pointing_at({anchor(3.95, 0)}));
  EXPECT_THAT(found.groups[0], IsEmpty());
  EXPECT_EQ(found.lost, 1);
}

TEST(ResolveEdits, AFaceElsewhereOrLongAgoIsNotTheOne) {
  EXPECT_THAT(resolved({track(1, 0, 0, 1, 0.1)}, pointing_at({anchor(0.5, 300)})).groups[0],
              IsEmpty());
  EXPECT_THAT(resolved({track(1, 0, 0, 1, 0.1)}, pointing_at({anchor(3.0, 100)})).groups[0],
              IsEmpty());
  EXPECT_THAT(resolved({track(1, 0, 0, 1, 0.1)}, pointing_at({anchor(1.3, 100)})).groups[0],
              ElementsAre(TrackId{1}));
}

TEST(ResolveEdits, TheNearestOfTwoFacesIsTaken) {
  Track beside = track(2, 0, 0, 2, 0.1);
  for (Sighting& seen : beside.sightings) {
    seen.detection.box.left += 20;
    seen.detection.box.right += 20;
  }
  EXPECT_THAT(resolved({track(1, 0, 0, 2, 0.1), beside}, pointing_at({anchor(1, 118)})).groups[0],
              ElementsAre(TrackId{2}));
}

TEST(ResolveEdits, GroupsStayApartAndLostTracksAreCountedOnce) {
  const auto found =
      resolved({track(1, 0, 0, 2, 0.1)},
               pointing_at({anchor(1, 100, 1, 1), anchor(1, 600, 2), anchor(2, 600, 2)}));
  ASSERT_EQ(found.groups.size(), 2U);
  EXPECT_THAT(found.groups[0], IsEmpty());
  EXPECT_THAT(found.groups[1], ElementsAre(TrackId{1}));
  EXPECT_EQ(found.lost, 1);
}

TEST(AnchorsOf, AreTheBestTheEndsAndOneEveryTwoSeconds) {
  Track seen = track(1, 1, 4, 9, 0.5);
  seen.sightings[3].quality.total = 0.9F;
  const auto times = [&](AnchorDetail detail) {
    std::vector<double> list;
    for (const EditAnchor& one : anchors_of(seen, "r", 0, detail))
      list.push_back(to_seconds(one.time));
    return list;
  };
  EXPECT_THAT(times(AnchorDetail::full), ElementsAre(4, 5.5, 6, 8, 9));
  EXPECT_THAT(times(AnchorDetail::brief), ElementsAre(5.5));
}

}  // namespace
}  // namespace screenalytics
