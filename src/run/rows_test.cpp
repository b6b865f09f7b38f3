// SPDX-License-Identifier: MIT
#include "run/rows.h"

#include "run/test_fakes.h"
#include "store/test_folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace screenalytics {
namespace {

const RowOrigin kOrigin{"show", "seer", "knower", ""};
constexpr Landmarks kMarks{{{1, 2}, {3, 4}, {5, 6}, {7, 8}, {9, 10.1234F}}};

Sighting sighting() {
  return {.frame = {123},
          .time = at_seconds(4.92),
          .detection = {.box = {201.38F, 198.28F, 264.5F, 280.2814F},
                        .landmarks = kMarks,
                        .score = 0.99214F},
          .quality = {.contrast = 48.1F,
                      .blur = 212.354F,
                      .size = 63.12F,
                      .pose = HeadPose{4.14F, -2.3F, 1.5F},
                      .total = 0.73124F}};
}

Sighting only_detected() {
  Sighting face = sighting();
  face.frame = {125};
  face.time = at_seconds(5);
  face.detection.landmarks.reset();
  face.quality = {};
  face.measured = false;
  return face;
}

Track track() { return {.id = {7}, .shot = {2}, .sightings = {sighting(), only_detected()}}; }

TEST(Rows, DetectionHasTheDocumentedFields) {
  EXPECT_EQ(
      detection_row(kOrigin, {123}, at_seconds(4.92), sighting().detection, TrackId{1}, {0}).dump(),
      R"({"ep_id":"show","ts":4.92,"frame_idx":123,"class":"face","conf":0.9921,)"
      R"("bbox_xyxy":[201.38,198.28,264.5,280.281],)"
      R"("landmarks":[1.0,2.0,3.0,4.0,5.0,6.0,7.0,8.0,9.0,10.123],)"
      R"("track_id":1,"shot":0,"detector":"seer","pipeline_ver":"1"})");
}

TEST(Rows, ADetectionThatNoTrackTookHasNullForIt) {
  const Json row =
      detection_row(kOrigin, {1}, at_seconds(0), only_detected().detection, std::nullopt, {0});
  EXPECT_TRUE(row.at("track_id").is_null());
  EXPECT_TRUE(row.at("landmarks").is_null());
}

TEST(Rows, TrackHasTheDocumentedFields) {
  EXPECT_EQ(track_row(kOrigin, track()).dump(),
            R"({"ep_id":"show","track_id":7,"class":"face","shot":2,"first_ts":4.92,"last_ts":5.0,)"
            R"("first_frame_idx":123,"last_frame_idx":125,"frame_count":2,"detector":"seer",)"
            R"("tracker":"bytetrack","pipeline_ver":"1","samples":[{"frame_idx":123,"ts":4.92,)"
            R"("bbox_xyxy":[201.38,198.28,264.5,280.281],"conf":0.9921,)"
            R"("landmarks":[1.0,2.0,3.0,4.0,5.0,6.0,7.0,8.0,9.0,10.123],"quality":0.7312,)"
            R"("blur":212.35,"contrast":48.1,"size":63.12,"yaw":4.1,"pitch":-2.3,"roll":1.5},)"
            R"({"frame_idx":125,"ts":5.0,"bbox_xyxy":[201.38,198.28,264.5,280.281],"conf":0.9921,)"
            R"("landmarks":null}]})");
}

TEST(Rows, ATrackIsReadBackAsItWasWritten) {
  const Json row = Json::parse(track_row(kOrigin, track()).dump());
  const Track back = read_track(row);
  EXPECT_EQ(back.id, TrackId{7});
  EXPECT_EQ(back.shot, ShotId{2});
  ASSERT_EQ(back.sightings.size(), 2U);
  EXPECT_EQ(back.sightings[0].time, at_seconds(4.92));
  EXPECT_TRUE(back.sightings[0].measured);
  EXPECT_FLOAT_EQ(back.sightings[0].quality.pose->pitch, -2.3F);
  EXPECT_FLOAT_EQ((*back.sightings[0].detection.landmarks)[4].y, 10.123F);
  EXPECT_FALSE(back.sightings[1].measured);
  EXPECT_FALSE(back.sightings[1].detection.landmarks);
  EXPECT_EQ(track_row(kOrigin, back), row);
}

TEST(Rows, KeptFaceHasTheDocumentedFields) {
  const Embedding embedding = *Embedding::normalised({3, 4});
  const Json row = face_row(kOrigin,
                            {.track = {1},
                             .sighting = sighting(),
                             .embedding = &embedding,
                             .embedding_row = 2,
                             .crop = "crops/c.jpg",
                             .thumb = "thumbs/t.jpg",
                             .seed = CastMatch{"ann", 0.56789}});
  EXPECT_EQ(row.dump(),
            R"({"ep_id":"show","face_id":"face_0001_000123","track_id":1,"frame_idx":123,)"
            R"("ts":4.92,"bbox_xyxy":[201.38,198.28,264.5,280.281],"conf":0.9921,)"
            R"("quality":0.7312,"embedding_model":"knower","embedding":[0.6,0.8],)"
            R"("embedding_row":2,"detector":"seer","pipeline_ver":"1",)"
            R"("landmarks":[1.0,2.0,3.0,4.0,5.0,6.0,7.0,8.0,9.0,10.123],)"
            R"("crop_rel_path":"crops/c.jpg","thumb_rel_path":"thumbs/t.jpg",)"
            R"("seed_cast_id":"ann","seed_similarity":0.5679})");
}

TEST(Rows, AFaceOfASyncedRunNamesTheObjectsOfItsPictures) {
  const Embedding embedding = *Embedding::normalised({3, 4});
  const RowOrigin origin{"show", "seer", "knower", "show/runs/r/"};
  const Json row = face_row(origin,
                            {.track = {1},
                             .sighting = sighting(),
                             .embedding = &embedding,
                             .crop = "crops/c.jpg",
                             .thumb = "thumbs/t.jpg"});
  EXPECT_EQ(row.at("crop_s3_key"), "show/runs/r/crops/c.jpg");
  EXPECT_EQ(row.at("thumb_s3_key"), "show/runs/r/thumbs/t.jpg");
}

TEST(Rows, AFaceNamesOnlyWhatIsThere) {
  const Embedding embedding = *Embedding::normalised({3, 4});
  const Json row = face_row(
      kOrigin,
      {.track = {1}, .sighting = sighting(), .embedding = &embedding, .inline_embedding = false});
  for (const char* key : {"embedding",
                          "crop_rel_path",
                          "thumb_rel_path",
                          "crop_s3_key",
                          "thumb_s3_key",
                          "seed_cast_id",
                          "skip"})
    EXPECT_FALSE(row.contains(key)) << key;
  EXPECT_EQ(row.at("embedding_row"), 0);
}

TEST(Rows, SkippedFaceHasTheDocumentedFields) {
  const Json row = face_row(
      kOrigin, {.track = {1}, .sighting = sighting(), .skip = Skip{SkipReason::blurry, 12.34}});
  EXPECT_EQ(row.dump(),
            R"({"ep_id":"show","face_id":"face_0001_000123","track_id":1,"frame_idx":123,)"
            R"("ts":4.92,"bbox_xyxy":[201.38,198.28,264.5,280.281],"detector":"seer",)"
            R"("pipeline_ver":"1","skip":"blurry:12.3"})");
}

TEST(Rows, FacesAddTheirFieldsToTheTrack) {
  const PooledTrack pooled{
      .embedding = face_of(1), .voters = {0, 1, 3}, .spread = 0.41237, .coherent = false};
  Json row = Json::object();
  add_faces(row,
            kOrigin,
            {.kept = 4,
             .pooled = &pooled,
             .embedding_row = 6,
             .thumb = "thumbs/t.jpg",
             .seed = CastMatch{"ann", 0.5}});
  EXPECT_EQ(row.dump(),
            R"({"faces_count":4,"face_embedding_row":6,"face_embedding_model":"knower",)"
            R"("face_embedding_samples":3,"face_embedding_spread":0.4124,)"
            R"("coherence_warning":"high_spread","thumb_rel_path":"thumbs/t.jpg",)"
            R"("seed_cast_id":"ann","seed_similarity":0.5})");
}

TEST(Rows, AnEmbeddingOfSkippedFacesIsReadAsOne) {
  Json row = track_row(kOrigin, track());
  EXPECT_FALSE(read_track_record(row).from_skipped);
  const PooledTrack pooled{.embedding = face_of(1), .voters = {0, 1}};
  add_faces(row, kOrigin, {.pooled = &pooled, .from_skipped = true, .embedding_row = 3});
  EXPECT_EQ(row.at("faces_count"), 0);
  EXPECT_EQ(row.at("face_embedding_from"), "skipped");
  const TrackRecord record = read_track_record(row);
  EXPECT_TRUE(record.from_skipped);
  EXPECT_EQ(record.embedding_row, 3);
}

TEST(Rows, ATrackWithoutKeptFacesSaysOnlyThat) {
  Json row = Json::object();
  add_faces(row, kOrigin, {.embedding_row = 3});
  EXPECT_EQ(row.dump(), R"({"faces_count":0})");
}

TEST(Rows, ShotHasTheDocumentedFields) {
  EXPECT_EQ(
      shot_row(kOrigin, {.id = {1}, .first = {85}, .span = {at_seconds(3.4), at_seconds(8.08)}})
          .dump(),
      R"({"ep_id":"show","shot":1,"first_frame_idx":85,"first_ts":3.4,"end_ts":8.08})");
}

/// What somebody may do to a row of tracks.jsonl.
class DamagedRow : public testing::TestWithParam<void (*)(Json&)> {};

TEST_P(DamagedRow, IsRefusedWithAdvice) {
  Json row = track_row(kOrigin, track());
  GetParam()(row);
  const Refusal refusal = refusal_of([&] { read_track(row); });
  EXPECT_EQ(refusal.kind, ErrorKind::bad_data);
  EXPECT_THAT(refusal.text, testing::HasSubstr("tracks.jsonl"));
  EXPECT_THAT(refusal.text, testing::HasSubstr("run detect-track again"));
  EXPECT_THAT(refusal.text, testing::Not(testing::HasSubstr("\n")));
}

INSTANTIATE_TEST_SUITE_P(
    All,
    DamagedRow,
    testing::Values([](Json& row) { row.erase("track_id"); },
                    [](Json& row) { row["shot"] = "two"; },
                    [](Json& row) { row.erase("samples"); },
                    [](Json& row) { row["samples"] = Json::array(); },
                    [](Json& row) { row["samples"] = 3; },
                    [](Json& row) { row["samples"][0] = nullptr; },
                    [](Json& row) { row["samples"][0].erase("ts"); },
                    [](Json& row) { row["samples"][0]["ts"] = 1e300; },
                    [](Json& row) { row["samples"][0]["bbox_xyxy"] = {1, 2, 3}; },
                    [](Json& row) { row["samples"][0]["bbox_xyxy"][2] = nullptr; },
                    [](Json& row) { row["samples"][0]["landmarks"] = {1, 2, 3}; },
                    [](Json& row) { row["samples"][0]["frame_idx"] = -1; },
                    [](Json& row) { row["samples"][1]["frame_idx"] = 123; },
                    [](Json& row) { row["samples"][0].erase("blur"); },
                    [](Json& row) { row = Json::array(); }));

}  // namespace
}  // namespace screenalytics
