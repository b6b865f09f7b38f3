// SPDX-License-Identifier: MIT
#include "run/follow_tracks.h"

#include "run/test_fakes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace screenalytics {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr Box kLeft{100, 100, 200, 220};
constexpr Box kRight{400, 100, 500, 220};

/// Shots that begin at these frames; six frames a second.
std::vector<Shot> shots_at(const std::vector<std::int64_t>& firsts) {
  std::vector<Shot> shots;
  for (const std::int64_t first : firsts)
    shots.push_back({.id = {static_cast<std::int64_t>(shots.size())}, .first = {first}});
  return shots;
}

FaceRecord face(const Box& box, float score = 0.9F) {
  return {.detection = {.box = box, .score = score}};
}

FrameRecord seen(std::int64_t frame, std::vector<FaceRecord> faces) {
  return {.index = {frame},
          .time = MediaTime(frame * 166ms),
          .sampled = true,
          .faces = std::move(faces)};
}

/// All shots of these frames, one after another.
std::vector<FollowedShot> follow(TrackFollower& follower, const std::vector<FrameRecord>& frames) {
  std::vector<FollowedShot> all;
  for (const FrameRecord& frame : frames) {
    for (FollowedShot& shot : follower.step(frame, nullptr)) all.push_back(std::move(shot));
  }
  for (FollowedShot& shot : follower.finish()) all.push_back(std::move(shot));
  return all;
}

std::vector<FollowedShot> follow(const std::vector<std::int64_t>& shots,
                                 const std::vector<FrameRecord>& frames) {
  TrackFollower follower(shots_at(shots), {});
  return follow(follower, frames);
}

std::vector<std::int64_t> frames_of(const FollowedTrack& track) {
  std::vector<std::int64_t> frames;
  for (const Sighting& sighting : track.sightings) frames.push_back(sighting.frame.value);
  return frames;
}

TEST(TrackFollower, FollowsAFaceThroughItsShot) {
  const auto shots = follow({0}, {seen(0, {face(kLeft)}), seen(1, {face(kLeft)})});
  ASSERT_EQ(shots.size(), 1U);
  ASSERT_EQ(shots[0].tracks.size(), 1U);
  EXPECT_THAT(frames_of(shots[0].tracks[0]), ElementsAre(0, 1));
  EXPECT_EQ(shots[0].tracks[0].pixels.size(), 2U);
}

TEST(TrackFollower, ATrackEndsWhereAShotBegins) {
  std::vector<FrameRecord> frames;
  for (int i = 0; i < 6; ++i) frames.push_back(seen(i, {face(kLeft)}));
  const auto shots = follow({0, 3}, frames);
  ASSERT_EQ(shots.size(), 2U);
  ASSERT_EQ(shots[0].tracks.size(), 1U);
  ASSERT_EQ(shots[1].tracks.size(), 1U);
  EXPECT_THAT(frames_of(shots[0].tracks[0]), ElementsAre(0, 1, 2));
  EXPECT_THAT(frames_of(shots[1].tracks[0]), ElementsAre(3, 4, 5));
  EXPECT_EQ(shots[1].shot.id, ShotId{1});
}

TEST(TrackFollower, AShotComesOutOnceTheNextHasBegun) {
  TrackFollower follower(shots_at({0, 2, 4}), {});
  EXPECT_THAT(follower.step(seen(0, {}), nullptr), IsEmpty());
  EXPECT_THAT(follower.step(seen(1, {}), nullptr), IsEmpty());
  const auto ended = follower.step(seen(2, {}), nullptr);
  ASSERT_EQ(ended.size(), 1U);
  EXPECT_EQ(ended[0].shot.id, ShotId{0});
  EXPECT_EQ(follower.finish().size(), 2U);
}

TEST(TrackFollower, AShotWithoutASampledFrameIsThereAsWell) {
  const auto shots = follow({0, 2, 4}, {seen(0, {face(kLeft)}), seen(5, {face(kLeft)})});
  ASSERT_EQ(shots.size(), 3U);
  EXPECT_THAT(shots[1].tracks, IsEmpty());
  EXPECT_EQ(shots[1].shot.id, ShotId{1});
  EXPECT_EQ(shots[2].tracks.size(), 1U);
}

TEST(TrackFollower, TracksComeInOrderOfFirstAppearance) {
  const auto shots = follow(
      {0}, {seen(0, {face(kRight)}), seen(1, {face(kLeft), face(kRight)}), seen(2, {face(kLeft)})});
  ASSERT_EQ(shots[0].tracks.size(), 2U);
  EXPECT_THAT(frames_of(shots[0].tracks[0]), ElementsAre(0, 1));
  EXPECT_THAT(frames_of(shots[0].tracks[1]), ElementsAre(1, 2));
}

TEST(TrackFollower, EveryDetectionSaysWhichSightingItBecame) {
  const Box far_off{10, 300, 60, 350};
  const auto shots = follow(
      {0}, {seen(0, {face(kRight)}), seen(1, {face(kLeft), face(kRight), face(far_off, 0.2F)})});
  const auto& detections = shots[0].detections;
  ASSERT_EQ(detections.size(), 4U);
  for (const FollowedDetection& detection : detections) {
    if (!detection.taken) continue;
    const Sighting& sighting =
        shots[0].tracks.at(detection.taken->track).sightings.at(detection.taken->sighting);
    EXPECT_EQ(sighting.frame, detection.frame);
    EXPECT_EQ(sighting.time, detection.time);
    EXPECT_EQ(sighting.detection.box, detection.detection.box);
  }
  EXPECT_TRUE(detections[0].taken && detections[1].taken && detections[2].taken);
  EXPECT_EQ(detections[2].taken->track, 0U);
  EXPECT_EQ(detections[2].taken->sighting, 1U);
  EXPECT_FALSE(detections[3].taken) << "too weak to start a track";
}

TEST(TrackFollower, DetectionsOfTheNextShotPointIntoItsOwnTracks) {
  const auto shots =
      follow({0, 1}, {seen(0, {face(kLeft), face(kRight)}), seen(1, {face(kRight)})});
  ASSERT_EQ(shots[1].detections.size(), 1U);
  EXPECT_EQ(shots[1].detections[0].taken->track, 0U);
  EXPECT_EQ(shots[1].detections[0].taken->sighting, 0U);
}

TEST(TrackFollower, MissingFramesGoToTheirShotInOrder) {
  TrackFollower follower(shots_at({0, 4, 8}), {});
  for (const std::int64_t frame : {9, 3, 1, 4}) follower.add_missing({frame});
  const auto shots = follow(follower, {seen(0, {}), seen(5, {}), seen(10, {})});
  ASSERT_EQ(shots.size(), 3U);
  EXPECT_THAT(shots[0].missing, ElementsAre(FrameIndex{1}, FrameIndex{3}));
  EXPECT_THAT(shots[1].missing, ElementsAre(FrameIndex{4}));
  EXPECT_THAT(shots[2].missing, ElementsAre(FrameIndex{9}));
}

TEST(TrackFollower, WhatWasMeasuredStaysWithTheSighting) {
  FaceRecord measured = face(kLeft);
  measured.quality.blur = 40;
  measured.crop = BlobRef{.offset = 7, .bytes = 3};
  measured.thumbnail = BlobRef{.offset = 10, .bytes = 5};
  FaceRecord between = face(kLeft);
  between.measured = false;
  const auto shots = follow({0}, {seen(0, {measured}), seen(1, {between})});
  const FollowedTrack& track = shots[0].tracks.at(0);
  EXPECT_EQ(track.sightings[0].quality.blur, 40);
  EXPECT_TRUE(track.sightings[0].measured);
  EXPECT_FALSE(track.sightings[1].measured);
  EXPECT_EQ(track.pixels[0].crop->offset, 7U);
  EXPECT_EQ(track.pixels[0].thumbnail->bytes, 5U);
  EXPECT_FALSE(track.pixels[1].crop);
}

TEST(TrackFollower, AFaceAwayForLongerThanTheBufferIsANewTrack) {
  const std::vector<FrameRecord> frames{
      seen(0, {face(kLeft)}), seen(1, {}), seen(30, {face(kLeft)})};
  EXPECT_EQ(follow({0}, frames)[0].tracks.size(), 2U);
}

}  // namespace
}  // namespace screenalytics
