// SPDX-License-Identifier: MIT
#include "run/harvest_faces.h"

#include "run/test_shots.h"
#include "store/test_folder.h"

#include <algorithm>
#include <limits>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace screenalytics {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class HarvestFaces : public TestFolder {
 protected:
  MadeShots made() { return MadeShots(in("record.seg")); }

  HarvestedGroup harvest(MadeShots& shots, const Settings& settings = {}) {
    return harvest_faces(shots.take(), made_video(), models_, settings, core_.permit);
  }

  const std::vector<std::size_t>& batches() const {
    return static_cast<const FakeEmbedder&>(*models_.embedder).batches;
  }

  OneCore core_;
  LoadedModels models_ = fake_models();
};

std::vector<std::int64_t> kept_frames(const HarvestedTrack& track) {
  std::vector<std::int64_t> frames;
  for (const auto& [i, embedding] : track.embeddings)
    frames.push_back(track.sightings[i].frame.value);
  return frames;
}

std::vector<std::string> skips_of(const HarvestedTrack& track) {
  std::vector<std::string> texts;
  for (const auto& skip : track.skips) texts.push_back(skip ? to_text(*skip) : "");
  return texts;
}

TEST_F(HarvestFaces, EmbedsTheBestSamplesOfATrack) {
  std::vector<Seen> faces = seen_in(0, 11);
  for (const std::size_t good : {1U, 4U, 6U, 8U, 11U}) faces[good].sighting.quality.total = 0.9F;
  const auto group = harvest(made().track(faces));
  ASSERT_EQ(group.shots.at(0).tracks.size(), 1U);
  const HarvestedTrack& track = group.shots[0].tracks[0];
  EXPECT_THAT(kept_frames(track), ElementsAre(1, 4, 6, 8, 11));
  EXPECT_THAT(skips_of(track), testing::Each(""));
  ASSERT_TRUE(track.pooled);
  EXPECT_NEAR(track.pooled->embedding.similarity(face_of(1)), 1, 1e-6);
  EXPECT_EQ(group.faces_embedded, 5);
}

TEST_F(HarvestFaces, EmbedsEveryGoodFaceWhenAskedFor) {
  Settings settings;
  settings.pick.samples = SampleChoice::all;
  std::vector<Seen> faces = seen_in(0, 11);
  faces[3].sighting.quality.blur = 1;
  const auto group = harvest(made().track(faces), settings);
  EXPECT_THAT(kept_frames(group.shots[0].tracks[0]),
              ElementsAre(0, 1, 2, 4, 5, 6, 7, 8, 9, 10, 11));
  EXPECT_EQ(group.faces_embedded, 11);
}

TEST_F(HarvestFaces, BatchesCrossTracksAndShots) {
  const auto group = harvest(
      made().track(seen_in(0, 4, 1)).track(seen_in(0, 4, 2)).cut(5).track(seen_in(5, 9, 3)));
  EXPECT_THAT(batches(), ElementsAre(8, 7));
  EXPECT_EQ(group.embedder_calls, 2);
  EXPECT_EQ(group.faces_embedded, 15);
  ASSERT_EQ(group.shots.size(), 2U);
  EXPECT_NEAR(group.shots[0].tracks[1].pooled->embedding.similarity(face_of(2)), 1, 1e-6);
  EXPECT_NEAR(group.shots[1].tracks[0].pooled->embedding.similarity(face_of(3)), 1, 1e-6);
}

TEST_F(HarvestFaces, TheBatchSizeIsTheUsersChoice) {
  Settings settings;
  settings.embed.batch_size = 2;
  const auto group = harvest(made().track(seen_in(0, 4)), settings);
  EXPECT_THAT(batches(), ElementsAre(2, 2, 1));
  EXPECT_EQ(group.embedder_calls, 3);
}

TEST_F(HarvestFaces, WithoutBatchesEachFaceIsOneCall) {
  Settings settings;
  settings.embed.batch = false;
  const auto group = harvest(made().track(seen_in(0, 4, 1)).track(seen_in(0, 4, 2)), settings);
  EXPECT_EQ(group.faces_embedded, 10);
  EXPECT_EQ(group.embedder_calls, group.faces_embedded);
}

TEST_F(HarvestFaces, NothingToEmbedMeansNoCall) {
  std::vector<Seen> faces = seen_in(0, 2);
  for (Seen& face : faces) face.sighting.quality.blur = 1;
  const auto group = harvest(made().track(faces).cut(3));
  EXPECT_EQ(group.embedder_calls, 0);
  EXPECT_THAT(batches(), IsEmpty());
  EXPECT_FALSE(group.shots[0].tracks[0].pooled);
  EXPECT_THAT(group.shots[1].tracks, IsEmpty());
}

TEST_F(HarvestFaces, ATrackOfBlurryFacesIsKnownByTheBestOfThem) {
  std::vector<Seen> faces = seen_in(0, 8, 2);
  for (Seen& face : faces) face.sighting.quality.blur = 12;
  const auto group = harvest(made().track(faces).track(seen_in(0, 4, 1)));
  const HarvestedTrack& track = group.shots[0].tracks[0];
  EXPECT_THAT(kept_frames(track), IsEmpty());
  EXPECT_THAT(skips_of(track), testing::Each("blurry:12.0"));
  EXPECT_THAT(track.last_resort, testing::SizeIs(3));
  ASSERT_TRUE(track.pooled);
  EXPECT_NEAR(track.pooled->embedding.similarity(face_of(2)), 1, 1e-6);
  EXPECT_EQ(group.faces_embedded, 3 + 5);
}

TEST_F(HarvestFaces, ATrackWithAGoodFaceHasNoUseForBlurryOnes) {
  std::vector<Seen> faces = seen_in(0, 8, 1);
  for (std::size_t i = 1; i < faces.size(); ++i) {
    faces[i].sighting.quality.blur = 12;
    faces[i].person = 2;
  }
  const auto group = harvest(made().track(faces));
  EXPECT_EQ(group.faces_embedded, 1);
  EXPECT_NEAR(group.shots[0].tracks[0].pooled->embedding.similarity(face_of(1)), 1, 1e-6);
}

TEST_F(HarvestFaces, WithoutALastResortATrackOfBlurryFacesIsOfNobody) {
  Settings settings;
  settings.last_resort.max_samples = 0;
  std::vector<Seen> faces = seen_in(0, 8);
  for (Seen& face : faces) face.sighting.quality.blur = 12;
  const auto group = harvest(made().track(faces), settings);
  EXPECT_EQ(group.faces_embedded, 0);
  EXPECT_FALSE(group.shots[0].tracks[0].pooled);
}

TEST_F(HarvestFaces, ABlurryFaceThatGivesNoVectorLeavesTheTrackWithout) {
  std::vector<Seen> faces = seen_in(0, 1, 0);
  for (Seen& face : faces) face.sighting.quality.blur = 12;
  faces[1].crop = false;
  const auto group = harvest(made().track(faces));
  EXPECT_FALSE(group.shots[0].tracks[0].pooled);
  EXPECT_THAT(skips_of(group.shots[0].tracks[0]), testing::Each("blurry:12.0"));
}

/// One face of a track that must be skipped, and how.
struct GateCase {
  const char* skip;
  void (*spoil)(Seen&);
};

class Gate : public HarvestFaces, public testing::WithParamInterface<GateCase> {};

TEST_P(Gate, SkipsTheFaceAndSaysWhy) {
  std::vector<Seen> faces = seen_in(0, 2);
  GetParam().spoil(faces[1]);
  const auto group = harvest(made().track(faces));
  const HarvestedTrack& track = group.shots[0].tracks[0];
  EXPECT_THAT(skips_of(track), ElementsAre("", GetParam().skip, ""));
  EXPECT_THAT(kept_frames(track), ElementsAre(0, 2));
}

INSTANTIATE_TEST_SUITE_P(
    Each,
    Gate,
    testing::Values(
        GateCase{"invalid_bbox",
                 [](Seen& s) {
                   s.sighting.detection.box.right = std::numeric_limits<float>::quiet_NaN();
                 }},
        GateCase{"off_frame:20.0", [](Seen& s) { s.sighting.detection.box = {-80, 100, 20, 220}; }},
        GateCase{"off_frame", [](Seen& s) { s.crop = false; }},
        GateCase{"too_small:15.0",
                 [](Seen& s) { s.sighting.detection.box = {100, 100, 115, 120}; }},
        GateCase{"no_landmarks", [](Seen& s) { s.sighting.detection.landmarks = Landmarks{}; }},
        GateCase{"low_confidence:0.55", [](Seen& s) { s.sighting.detection.score = 0.55F; }},
        GateCase{"low_contrast:0.75", [](Seen& s) { s.sighting.quality.contrast = 0.75F; }},
        GateCase{"blurry:16.0", [](Seen& s) { s.sighting.quality.blur = 16; }},
        GateCase{"extreme_pose:80.0",
                 [](Seen& s) { s.sighting.quality.pose = HeadPose{.yaw = 80}; }},
        GateCase{"extreme_pose:-65.0",
                 [](Seen& s) { s.sighting.quality.pose = HeadPose{.pitch = -65}; }},
        GateCase{"zero_norm_embedding", [](Seen& s) { s.person = 0; }}));

TEST_F(HarvestFaces, TheOnlyFaceOfATrackMayBeWeaker) {
  Seen face = seen(0);
  face.sighting.detection.score = 0.5F;
  face.sighting.quality.contrast = 0.75F;
  face.sighting.quality.blur = 16;
  const auto group = harvest(made().track({face}));
  EXPECT_THAT(skips_of(group.shots[0].tracks[0]), ElementsAre(""));
  EXPECT_EQ(group.faces_embedded, 1);
}

TEST_F(HarvestFaces, FacesThatWereOnlyDetectedAreNeitherChosenNorSkipped) {
  std::vector<Seen> faces = seen_in(0, 3);
  for (const std::size_t between : {1U, 2U}) {
    faces[between].sighting.measured = false;
    faces[between].sighting.quality = {.total = 1};
    faces[between].crop = false;
  }
  for (const SampleChoice choice : {SampleChoice::best, SampleChoice::all}) {
    Settings settings;
    settings.pick.samples = choice;
    const auto group = harvest(made().track(faces), settings);
    EXPECT_THAT(kept_frames(group.shots[0].tracks[0]), ElementsAre(0, 3));
    EXPECT_THAT(skips_of(group.shots[0].tracks[0]), testing::Each(""));
  }
}

TEST_F(HarvestFaces, FacesThatWereOnlyDetectedDoNotMakeATrackLong) {
  Seen face = seen(0);
  face.sighting.quality.blur = 16;  // enough for the only face that was looked at
  Seen between = seen(1);
  between.sighting.measured = false;
  between.crop = false;
  const auto group = harvest(made().track({face, between}));
  EXPECT_EQ(group.faces_embedded, 1);
}

TEST_F(HarvestFaces, DetectionsAndMissingFramesStayWithTheirShot) {
  const auto group = harvest(made().track(seen_in(0, 1)).missing(2).cut(3).stray(4).missing(5));
  EXPECT_EQ(group.shots[0].detections.size(), 2U);
  EXPECT_THAT(group.shots[0].missing, ElementsAre(FrameIndex{2}));
  EXPECT_EQ(group.shots[1].detections.size(), 1U);
  EXPECT_THAT(group.shots[1].missing, ElementsAre(FrameIndex{5}));
}

TEST_F(HarvestFaces, ATrackOfTwoPeopleIsCutWhereThePersonChanges) {
  const auto group = harvest(made().track(seen_in(0, 4, 1) + seen_in(5, 7, 2)));
  const HarvestedShot& shot = group.shots[0];
  EXPECT_EQ(shot.forced_splits, 1);
  ASSERT_EQ(shot.tracks.size(), 2U);
  EXPECT_EQ(shot.tracks[0].sightings.size(), 5U);
  EXPECT_EQ(shot.tracks[0].first, 0U);
  EXPECT_EQ(shot.tracks[1].sightings.front().frame, FrameIndex{5});
  EXPECT_EQ(shot.tracks[1].first, 5U);
  EXPECT_EQ(shot.tracks[1].origin, 0U);
  EXPECT_EQ(shot.tracks[1].pixels.size(), 3U);
  EXPECT_THAT(kept_frames(shot.tracks[0]), ElementsAre(0, 1, 2, 3, 4));
  EXPECT_THAT(kept_frames(shot.tracks[1]), ElementsAre(5, 6, 7));
  EXPECT_NEAR(shot.tracks[0].pooled->embedding.similarity(face_of(1)), 1, 1e-6);
  EXPECT_NEAR(shot.tracks[1].pooled->embedding.similarity(face_of(2)), 1, 1e-6);
  EXPECT_EQ(group.faces_embedded, 8) << "no face is embedded twice";
}

TEST_F(HarvestFaces, AZeroVectorIsNotAskedForAgainAfterACut) {
  std::vector<Seen> faces = seen_in(0, 4, 1) + seen_in(5, 7, 2);
  faces[2].person = 0;
  const auto group = harvest(made().track(faces));
  ASSERT_EQ(group.shots[0].tracks.size(), 2U);
  EXPECT_THAT(skips_of(group.shots[0].tracks[0]),
              ElementsAre("", "", "zero_norm_embedding", "", ""));
  EXPECT_EQ(group.faces_embedded, 8);
}

TEST_F(HarvestFaces, ALoneStrangeSampleHasItsNeighboursLookedAt) {
  std::vector<Seen> faces = seen_in(0, 19, 1);
  faces[10].person = 2;  // a hand before the face
  faces[10].sighting.quality.total = 0.9F;
  const auto group = harvest(made().track(faces));
  EXPECT_THAT(group.shots[0].tracks, testing::SizeIs(1));
  EXPECT_GT(group.faces_embedded, 5);
  EXPECT_THAT(group.shots[0].tracks[0].embeddings, testing::SizeIs(5)) << "kept as asked for";
}

TEST_F(HarvestFaces, ALongTrackIsCutAtTheExactSighting) {
  const auto group = harvest(made().track(seen_in(0, 30, 1) + seen_in(31, 59, 2)));
  ASSERT_EQ(group.shots[0].tracks.size(), 2U);
  EXPECT_EQ(group.shots[0].tracks[1].sightings.front().frame, FrameIndex{31});
  EXPECT_THAT(group.shots[0].tracks[0].embeddings, testing::SizeIs(5));
  EXPECT_THAT(group.shots[0].tracks[1].embeddings, testing::SizeIs(5));
}

TEST_F(HarvestFaces, AVisitToAnotherFaceIsCutOutOfTheTrack) {
  const auto group = harvest(made().track(seen_in(0, 3, 1) + seen_in(4, 7, 2) + seen_in(8, 11, 1)));
  EXPECT_EQ(group.shots[0].forced_splits, 2);
  ASSERT_EQ(group.shots[0].tracks.size(), 3U);
  EXPECT_EQ(group.shots[0].tracks[1].first, 4U);
  EXPECT_EQ(group.shots[0].tracks[2].first, 8U);
}

TEST_F(HarvestFaces, WantingEveryFaceChangesNothingAboutTheCut) {
  Settings settings;
  settings.pick.samples = SampleChoice::all;
  const auto group = harvest(made().track(seen_in(0, 30, 1) + seen_in(31, 59, 2)), settings);
  ASSERT_EQ(group.shots[0].tracks.size(), 2U);
  EXPECT_THAT(group.shots[0].tracks[0].embeddings, testing::SizeIs(31));
  EXPECT_THAT(group.shots[0].tracks[1].embeddings, testing::SizeIs(29));
  EXPECT_EQ(group.faces_embedded, 60);
}

TEST_F(HarvestFaces, TracksAreOrderedByFirstAppearanceAfterACut) {
  const auto group =
      harvest(made().track(seen_in(0, 4, 1) + seen_in(5, 9, 2)).track(seen_in(3, 9, 3)));
  const auto& tracks = group.shots[0].tracks;
  ASSERT_EQ(tracks.size(), 3U);
  EXPECT_EQ(tracks[0].sightings.front().frame, FrameIndex{0});
  EXPECT_EQ(tracks[1].sightings.front().frame, FrameIndex{3});
  EXPECT_EQ(tracks[2].sightings.front().frame, FrameIndex{5});
}

TEST_F(HarvestFaces, EveryShotIsTheSameInAnyGroup) {
  const auto alone = harvest(made().track(seen_in(5, 9, 3)));
  const auto together = harvest(made().track(seen_in(0, 4, 1)).cut(5).track(seen_in(5, 9, 3)));
  const HarvestedTrack& one = alone.shots[0].tracks[0];
  const HarvestedTrack& other = together.shots[1].tracks[0];
  EXPECT_EQ(kept_frames(one), kept_frames(other));
  EXPECT_TRUE(std::ranges::equal(one.pooled->embedding.values(), other.pooled->embedding.values()));
}

}  // namespace
}  // namespace screenalytics
