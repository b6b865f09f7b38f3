// SPDX-License-Identifier: MIT
#include "run/run_writer.h"

#include "files/atomic_file.h"
#include "run/test_shots.h"
#include "store/test_folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace screenalytics {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class WrittenRun : public TestFolder {
 protected:
  MadeShots made() { return MadeShots(in("record.seg")); }
  RunFolder run() const { return {in("data"), "show", "r1"}; }

  /// Harvests the shots and writes them, each as a group of its own.
  void write(MadeShots& shots, bool faces = true) { write(shots.take(), faces); }
  void write(std::vector<FollowedShot> shots, bool faces) {
    RunWriter writer(run(), {"show", "seer", "knower"}, settings_, 8, faces);
    writer.set_seeds(seeds_);
    for (FollowedShot& shot : shots) {
      std::vector<FollowedShot> one;
      one.push_back(std::move(shot));
      writer.write(harvest_faces(std::move(one), made_video(), models_, settings_, core_.permit));
    }
    names_ = writer.commit();
    counts_ = writer.counts();
    frames_ = writer.frames_with_faces();
  }

  std::vector<Json> rows(const std::string& name) const {
    std::vector<Json> all;
    JsonLinesReader reader(run().file(name));
    while (auto row = reader.next()) all.push_back(std::move(*row));
    return all;
  }
  /// One field of every row; null where a row has none.
  std::vector<Json> column(const std::string& name, const std::string& field) const {
    std::vector<Json> values;
    for (const Json& row : rows(name)) values.push_back(row.contains(field) ? row[field] : Json());
    return values;
  }
  Json written(const std::string& name) const { return Json::parse(read_text(run().file(name))); }

  Settings settings_;
  std::vector<Seed> seeds_;
  OneCore core_;
  LoadedModels models_ = fake_models();
  std::vector<std::string> names_;
  RunCounts counts_;
  std::vector<FrameIndex> frames_;
};

TEST_F(WrittenRun, IdsAreGivenByFirstAppearanceAfterASplit) {
  write(made()
            .track(seen_in(0, 4, 1) + seen_in(5, 9, 2))
            .track(seen_in(3, 9, 3))
            .cut(10)
            .track(seen_in(10, 11, 4)));
  EXPECT_THAT(column("tracks.jsonl", "track_id"), ElementsAre(1, 2, 3, 4));
  EXPECT_THAT(column("tracks.jsonl", "first_frame_idx"), ElementsAre(0, 3, 5, 10));
  EXPECT_THAT(column("tracks.jsonl", "frame_count"), ElementsAre(5, 7, 5, 2));
  EXPECT_THAT(column("tracks.jsonl", "shot"), ElementsAre(0, 0, 0, 1));
  EXPECT_EQ(counts_.tracks, 4);
  EXPECT_EQ(counts_.forced_splits, 1);
}

TEST_F(WrittenRun, EveryDetectionNamesTheTrackThatHasItsFrame) {
  write(made()
            .track(seen_in(0, 4, 1) + seen_in(5, 9, 2))
            .track(seen_in(3, 9, 3))
            .stray(9)
            .cut(10)
            .track(seen_in(10, 11, 4)));
  // In the order in which MadeShots lists them: the split track, the other, the stray one.
  EXPECT_THAT(column("detections.jsonl", "track_id"),
              ElementsAre(1, 1, 1, 1, 1, 3, 3, 3, 3, 3, 2, 2, 2, 2, 2, 2, 2, Json(), 4, 4));
  EXPECT_EQ(counts_.detections, 20);
}

TEST_F(WrittenRun, EmbeddingsLineUpWithTheirRows) {
  std::vector<Seen> faces = seen_in(0, 2, 1);
  faces[1].sighting.quality.blur = 12.34F;
  write(made().track(faces).track(seen_in(0, 1, 2)));
  EXPECT_THAT(column("faces.jsonl", "embedding_row"), ElementsAre(0, Json(), 1, 2, 3));
  EXPECT_THAT(column("faces.jsonl", "skip"),
              ElementsAre(Json(), "blurry:12.3", Json(), Json(), Json()));
  EXPECT_THAT(column("faces.jsonl", "track_id"), ElementsAre(1, 1, 1, 2, 2));
  const NpyMatrix vectors = read_npy(run().file("faces.npy"));
  ASSERT_EQ(vectors.rows, 4);
  ASSERT_EQ(vectors.columns, 8);
  for (const Json& row : rows("faces.jsonl")) {
    if (!row.contains("embedding_row")) continue;
    const auto first = vectors.values.begin() + 8 * row["embedding_row"].get<std::ptrdiff_t>();
    EXPECT_EQ(row["embedding"].get<std::vector<float>>(), std::vector<float>(first, first + 8));
  }
  EXPECT_EQ(counts_.faces_kept, 4);
  EXPECT_EQ(counts_.faces_skipped, 1);
  EXPECT_EQ(counts_.faces_embedded, 4);
  EXPECT_EQ(counts_.embedder_calls, 1);
  EXPECT_THAT(counts_.skips, ElementsAre(testing::Pair("blurry", 1)));
}

TEST_F(WrittenRun, EveryReasonToSkipHasItsRow) {
  std::vector<Seen> faces = seen_in(0, 11);
  faces[1].sighting.detection.box = {200, 100, 100, 220};
  faces[2].sighting.detection.box = {-80, 100, 20, 220};
  faces[3].sighting.detection.box = {100, 100, 115, 120};
  faces[4].sighting.detection.score = 0.55F;
  faces[5].sighting.quality.contrast = 0.75F;
  faces[6].sighting.quality.blur = 16;
  faces[7].sighting.quality.pose = HeadPose{.yaw = 80};
  faces[8].sighting.detection.landmarks = Landmarks{};
  faces[9].person = 0;
  faces.erase(faces.begin() + 10);
  write(made().track(faces).missing(10));
  EXPECT_THAT(column("faces.jsonl", "skip"),
              ElementsAre(Json(),
                          "invalid_bbox",
                          "off_frame:20.0",
                          "too_small:15.0",
                          "low_confidence:0.55",
                          "low_contrast:0.75",
                          "blurry:16.0",
                          "extreme_pose:80.0",
                          "no_landmarks",
                          "zero_norm_embedding",
                          "bad_source_frame",
                          Json()));
  EXPECT_THAT(column("faces.jsonl", "frame_idx"),
              ElementsAre(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11));
  EXPECT_EQ(counts_.skips.size(), 10U);
  EXPECT_EQ(counts_.faces_skipped, 10);
  EXPECT_EQ(counts_.faces_kept, 2);
}

TEST_F(WrittenRun, AFaceOnALostFrameLiesBetweenItsNeighbours) {
  Seen before = seen(0), after = seen(4);
  before.sighting.detection.box = {100, 100, 200, 220};
  after.sighting.detection.box = {140, 120, 240, 260};
  write(made().track({before, after}).missing(1).missing(3).missing(5));
  EXPECT_THAT(column("faces.jsonl", "frame_idx"), ElementsAre(0, 1, 3, 4))
      << "5 is after the track";
  const Json lost = rows("faces.jsonl")[1];
  EXPECT_EQ(lost["skip"], "bad_source_frame");
  EXPECT_EQ(lost["face_id"], "face_0001_000001");
  EXPECT_EQ(lost["bbox_xyxy"], Json({110.0, 105.0, 210.0, 230.0}));
  EXPECT_EQ(lost["ts"], 0.1667);
}

TEST(Interpolated, KeepsTheEndsOfTheTrack) {
  const std::vector<Sighting> one{seen(3).sighting};
  for (const std::int64_t frame : {2, 3, 4}) {
    EXPECT_EQ(interpolated(one, {frame}).detection.box, one[0].detection.box);
    EXPECT_EQ(interpolated(one, {frame}).frame, FrameIndex{frame});
  }
}

TEST_F(WrittenRun, TracksWithoutKeptFacesHaveAZeroRow) {
  std::vector<Seen> blurry = seen_in(0, 1, 1);
  for (Seen& face : blurry) face.sighting.quality.blur = 1;
  write(made().track(blurry).track(seen_in(1, 2, 2)));
  EXPECT_THAT(column("tracks.jsonl", "faces_count"), ElementsAre(0, 2));
  EXPECT_THAT(column("tracks.jsonl", "face_embedding_row"), ElementsAre(Json(), 1));
  const NpyMatrix vectors = read_npy(run().file("tracks.npy"));
  EXPECT_THAT(vectors.values, ElementsAre(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0));
}

TEST_F(WrittenRun, ATrackKnownByBlurryFacesSaysSoAndKeepsNone) {
  std::vector<Seen> blurry = seen_in(0, 1, 1);
  for (Seen& face : blurry) face.sighting.quality.blur = 12;
  seeds_ = {{"ann", face_of(1)}};
  write(made().track(blurry).track(seen_in(1, 2, 2)));
  EXPECT_THAT(column("faces.jsonl", "skip"),
              ElementsAre("blurry:12.0", "blurry:12.0", Json(), Json()));
  EXPECT_EQ(read_npy(run().file("faces.npy")).rows, 2);
  EXPECT_THAT(column("tracks.jsonl", "faces_count"), ElementsAre(0, 2));
  EXPECT_THAT(column("tracks.jsonl", "face_embedding_row"), ElementsAre(0, 1));
  EXPECT_THAT(column("tracks.jsonl", "face_embedding_from"), ElementsAre("skipped", Json()));
  EXPECT_THAT(column("tracks.jsonl", "seed_cast_id"), ElementsAre("ann", Json()));
  EXPECT_EQ(read_npy(run().file("tracks.npy")).values[1], 1);
  EXPECT_EQ(counts_.tracks_from_skipped, 1);
  EXPECT_EQ(counts_.faces_kept, 2);
  EXPECT_EQ(counts_.faces_embedded, 4);
}

TEST_F(WrittenRun, BlurryFacesThatDisagreeAreNoWarning) {
  std::vector<Seen> blurry = seen_in(0, 1, 1) + seen_in(2, 3, 2);
  for (Seen& face : blurry) face.sighting.quality.blur = 12;
  write(made().track(blurry));
  EXPECT_THAT(column("tracks.jsonl", "coherence_warning"), ElementsAre(Json()));
  EXPECT_THAT(column("tracks.jsonl", "face_embedding_spread"), ElementsAre(1.0));
  EXPECT_EQ(counts_.incoherent_tracks, 0);
}

TEST_F(WrittenRun, NamesFacesAndTracksAfterSeeds) {
  seeds_ = {{"ann", face_of(1)}};
  write(made().track(seen_in(0, 1, 1)).track(seen_in(1, 2, 2)));
  EXPECT_THAT(column("tracks.jsonl", "seed_cast_id"), ElementsAre("ann", Json()));
  EXPECT_THAT(column("faces.jsonl", "seed_cast_id"), ElementsAre("ann", "ann", Json(), Json()));
  EXPECT_EQ(counts_.tracks_seeded, 1);
  EXPECT_EQ(counts_.faces_seeded, 2);
}

TEST_F(WrittenRun, PicturesAreListedBesideThem) {
  settings_.output.save_crops = true;
  std::vector<Seen> faces{seen(3, 1, 0.4F), seen(5, 1, 0.8F)};
  for (Seen& face : faces) face.thumbnail = true;
  write(made().track(faces));
  EXPECT_EQ(rows("tracks.jsonl")[0]["thumb_rel_path"], "thumbs/track_0001/thumb_000005.jpg");
  for (const Json& row : rows("faces.jsonl")) {
    EXPECT_TRUE(std::filesystem::exists(run().file(row["thumb_rel_path"].get<std::string>())));
    EXPECT_TRUE(std::filesystem::exists(run().file(row["crop_rel_path"].get<std::string>())));
  }
  EXPECT_EQ(written("thumbs/track_0001/index.json").dump(),
            R"([{"key":"track_0001/thumb_000003.jpg","frame_idx":3,"ts":0.5},)"
            R"({"key":"track_0001/thumb_000005.jpg","frame_idx":5,"ts":0.8333}])");
  EXPECT_EQ(written("crops/track_0001/index.json")[0]["key"], "track_0001/frame_000003.jpg");
}

TEST_F(WrittenRun, APictureThatWasNotWrittenIsNotNamed) {
  write(made().track(seen_in(0, 1)));
  EXPECT_THAT(column("faces.jsonl", "thumb_rel_path"), ElementsAre(Json(), Json()));
  EXPECT_THAT(column("faces.jsonl", "crop_rel_path"), ElementsAre(Json(), Json()));
  EXPECT_THAT(column("tracks.jsonl", "thumb_rel_path"), ElementsAre(Json()));
}

TEST_F(WrittenRun, EmbeddingsAreLeftOutOfRowsOnRequest) {
  settings_.output.inline_embeddings = false;
  write(made().track(seen_in(0, 1)));
  EXPECT_THAT(column("faces.jsonl", "embedding"), ElementsAre(Json(), Json()));
  EXPECT_EQ(read_npy(run().file("faces.npy")).rows, 2);
}

TEST_F(WrittenRun, FramesWithKeptFacesAreListedOnce) {
  settings_.output.save_frames = true;
  write(made().track(seen_in(3, 4, 1)).track(seen_in(4, 5, 2)));
  EXPECT_THAT(frames_, ElementsAre(FrameIndex{3}, FrameIndex{4}, FrameIndex{5}));
  settings_.output.save_frames = false;
  write(made().track(seen_in(3, 4, 1)));
  EXPECT_THAT(frames_, IsEmpty());
}

TEST_F(WrittenRun, MetricsCountTracksAndCuts) {
  write(made().track(seen_in(0, 1)).track(seen_in(0, 3)).cut(6).track(seen_in(6, 8)));
  EXPECT_EQ(Json::parse(read_text(run().file("track_metrics.json"))).dump(),
            R"({"ep_id":"show","metrics":{"tracks_born":3,"tracks_lost":3,"id_switches":0,)"
            R"("forced_splits":0,"longest_tracks":[{"track_id":2,"frame_count":4},)"
            R"({"track_id":3,"frame_count":3},{"track_id":1,"frame_count":2}]},)"
            R"("scene_cuts":{"count":1,"indices":[6],"times":[1.0],"detector":"signature"}})");
  EXPECT_THAT(column("shots.jsonl", "first_frame_idx"), ElementsAre(0, 6));
  EXPECT_EQ(counts_.shots, 2);
}

TEST_F(WrittenRun, AtMostFiveTracksAreTheLongest) {
  MadeShots shots = made();
  for (std::int64_t i = 0; i < 7; ++i) shots.track(seen_in(0, i));
  write(shots);
  EXPECT_EQ(written("track_metrics.json")["metrics"]["longest_tracks"].size(), 5U);
}

TEST_F(WrittenRun, DetectTrackLeavesNoFaceFiles) {
  write(made().track(seen_in(0, 1)), false);
  EXPECT_THAT(names_,
              ElementsAre("detections.jsonl", "tracks.jsonl", "shots.jsonl", "track_metrics.json"));
  EXPECT_FALSE(std::filesystem::exists(run().file("faces.jsonl")));
  EXPECT_FALSE(rows("tracks.jsonl")[0].contains("faces_count"));
}

TEST_F(WrittenRun, AnEmptyVideoLeavesEmptyFiles) {
  MadeShots shots = made();
  write(shots);
  EXPECT_THAT(rows("tracks.jsonl"), IsEmpty());
  EXPECT_THAT(rows("faces.jsonl"), IsEmpty());
  EXPECT_EQ(read_npy(run().file("faces.npy")).rows, 0);
  EXPECT_EQ(leftovers(), 0);
}

TEST_F(WrittenRun, NothingAppearsBeforeTheCommit) {
  {
    RunWriter writer(run(), {"show", "seer", "knower"}, settings_, 8, true);
    MadeShots shots = made();
    shots.track(seen_in(0, 1));
    writer.write(harvest_faces(shots.take(), made_video(), models_, settings_, core_.permit));
  }
  for (const char* name : {"tracks.jsonl", "faces.jsonl", "faces.npy", "manifest.json"})
    EXPECT_FALSE(std::filesystem::exists(run().file(name))) << name;
  EXPECT_EQ(leftovers(), 0);
}

}  // namespace
}  // namespace screenalytics
