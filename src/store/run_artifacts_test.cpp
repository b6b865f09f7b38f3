// SPDX-License-Identifier: MIT
#include "store/run_artifacts.h"

#include "core/error.h"
#include "store/test_folder.h"

#include <gmock/gmock.h>

namespace screenalytics {
namespace {

using testing::HasSubstr;

class RunArtifacts : public TestFolder {
 protected:
  void SetUp() override {
    TestFolder::SetUp();
    std::filesystem::create_directories(run().path());
  }
  RunFolder run() const { return {folder(), "show", "r1"}; }
  void put_file(const std::string& name, std::string_view text) const {
    put(run().file(name), text);
  }
};

Identities two_people() {
  Identities found;
  found.identities.push_back({.id = {1},
                              .name = "Ann Lee",
                              .label = "Ann Lee",
                              .cast_id = "ann",
                              .tracks = {{1}, {4}},
                              .faces = 9,
                              .cohesion = 0.9,
                              .min_similarity = 0.8,
                              .representative = TrackId{4},
                              .thumb = "thumbs/track_0004/thumb_000007.jpg",
                              .seed_similarity = 0.61,
                              .edited = true});
  found.identities.push_back({.id = {2}, .name = "Person 2", .tracks = {{2}}});
  found.unknown.push_back({{3}, "no_embedding", 0});
  found.ignored = {{5}};
  found.conflicts.push_back({"two_seeds", "id_0001 looks like ann and bob"});
  found.warnings = {"half of the people have one track"};
  return found;
}

TEST_F(RunArtifacts, IdentitiesComeBackAsTheyWereWritten) {
  const Identities wrote = two_people();
  const std::map<IdentityId, TimeSpan> spans{
      {{1}, {MediaTime(from_seconds(1)), MediaTime(from_seconds(2.5))}}};
  const Json json = to_json(run(), wrote, {.embedding_model = "m", .fingerprint = "f"}, spans);
  EXPECT_EQ(json.at("identities").at(0).at("last_ts"), 2.5);
  put_file("identities.json", json.dump());
  const Identities read = read_identities(run());
  EXPECT_EQ(to_json(run(), read, {.embedding_model = "m", .fingerprint = "f"}, spans), json);
  EXPECT_EQ(read.identities.at(0).tracks, wrote.identities.at(0).tracks);
  EXPECT_EQ(read.unknown.at(0).reason, "no_embedding");
  EXPECT_EQ(read.ignored, wrote.ignored);
}

TEST_F(RunArtifacts, AMissingFileSaysWhichCommandMakesIt) {
  const Refusal refusal = refusal_of([&] { read_identities(run()); });
  EXPECT_EQ(refusal.kind, ErrorKind::not_found);
  EXPECT_THAT(refusal.text, HasSubstr("'screenalytics cluster' first"));
  EXPECT_EQ(refusal_of([&] { read_samples(run()); }).kind, ErrorKind::not_found);
}

TEST_F(RunArtifacts, DamagedFilesAreRefusedByName) {
  put_file("identities.json", "{\"identities\":3}");
  put_file("shots.jsonl", "{\"shot\":0}\n");
  for (const Refusal& refusal :
       {refusal_of([&] { read_identities(run()); }), refusal_of([&] { read_shots(run()); })}) {
    EXPECT_EQ(refusal.kind, ErrorKind::bad_data);
    EXPECT_THAT(refusal.text, HasSubstr(run().path().string()));
  }
}

TEST_F(RunArtifacts, ReadsShotsAndSamples) {
  put_file("shots.jsonl", R"({"shot":1,"first_frame_idx":85,"first_ts":3.4,"end_ts":8.08})");
  put_file("samples.jsonl", R"({"frame_idx":88,"ts":3.52,"end_ts":3.56,"shot":1})");
  const auto shots = read_shots(run());
  ASSERT_EQ(shots.size(), 1U);
  EXPECT_EQ(shots[0].first, FrameIndex{85});
  EXPECT_EQ(shots[0].span.length(), from_seconds(4.68));
  const auto samples = read_samples(run());
  ASSERT_EQ(samples.size(), 1U);
  EXPECT_EQ(samples[0].frame, FrameIndex{88});
  EXPECT_EQ(samples[0].shown.length(), from_seconds(0.04));
  EXPECT_EQ(samples[0].shot, ShotId{1});
}

TEST_F(RunArtifacts, CountsSkipsByReasonWithoutTheirNumbers) {
  put_file("faces.jsonl",
           "{\"skip\":\"blurry:12.3\"}\n{\"embedding_row\":0}\n{\"skip\":\"blurry:9.0\"}\n"
           "{\"skip\":\"no_landmarks\"}\n");
  EXPECT_THAT(count_skips(run()),
              testing::ElementsAre(testing::Pair("blurry", 2), testing::Pair("no_landmarks", 1)));
}

TEST_F(RunArtifacts, EmbeddingsThatDoNotFitTheTracksAreRefused) {
  NpyWriter writer(run().file("tracks.npy"), 2);
  writer.write(std::vector<float>{1, 0});
  writer.commit();
  std::vector<TrackRecord> tracks(1);
  tracks[0].embedding_row = 0;
  EXPECT_EQ(read_track_embeddings(run(), tracks).rows, 1);
  tracks[0].embedding_row = 1;
  EXPECT_EQ(refusal_of([&] { read_track_embeddings(run(), tracks); }).kind, ErrorKind::bad_data);
}

}  // namespace
}  // namespace screenalytics
