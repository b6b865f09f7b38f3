// SPDX-License-Identifier: MIT
#include "run/gather_report.h"

#include "store/jpeg.h"
#include "store/test_folder.h"
#include "store/test_image.h"

#include <gmock/gmock.h>

namespace screenalytics {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class GatherReport : public TestFolder {
 protected:
  void SetUp() override {
    TestFolder::SetUp();
    std::filesystem::create_directories(run().file("thumbs"));
    put(run().file("tracks.jsonl"),
        R"({"track_id":1,"shot":0,"faces_count":1,"samples":[)"
        R"({"frame_idx":0,"ts":1.0,"bbox_xyxy":[0,0,9,9],"conf":0.9,"landmarks":null,"quality":0.7,"blur":50.0,"contrast":30.0,"size":9.0},)"
        R"({"frame_idx":9,"ts":2.5,"bbox_xyxy":[0,0,9,9],"conf":0.9,"landmarks":null}]})"
        "\n");
    const auto jpeg = encode_jpeg(test_image({256, 256}, 1), 85);
    put(run().file("thumbs/a.jpg"), {reinterpret_cast<const char*>(jpeg.data()), jpeg.size()});
  }
  RunFolder run() const { return {folder(), "show", "r1"}; }
  EpisodeReport gather(const Json& manifest = Json::object()) const {
    Identities who;
    who.identities.push_back({.id = {1}, .name = "Ann", .thumb = "thumbs/a.jpg"});
    who.identities.push_back({.id = {2}, .name = "Bob", .thumb = "thumbs/gone.jpg"});
    EpisodeScreenTime time;
    time.people = {{.identity = {1}, .name = "Ann"}, {.identity = {2}, .name = "Bob"}};
    return gather_report(run(), manifest, who, time);
  }
};

TEST_F(GatherReport, TracksGiveLengthsAndMeasuredQualities) {
  const EpisodeReport report = gather();
  EXPECT_EQ(report.tracks.at(TrackId{1}).span.length(), from_seconds(1.5));
  EXPECT_EQ(report.tracks.at(TrackId{1}).sightings, 2);
  EXPECT_THAT(report.face_qualities, ElementsAre(testing::DoubleNear(0.7, 1e-6)));
}

TEST_F(GatherReport, PicturesAreScaledDownAndMayBeMissing) {
  const EpisodeReport report = gather();
  EXPECT_EQ(report.pictures.at(IdentityId{1}).width, picture_side(0));
  EXPECT_FALSE(report.pictures.contains(IdentityId{2}));
}

TEST_F(GatherReport, TheManifestTellsSkipsModelsAndWarningsButNotWhereTheVideoLies) {
  const EpisodeReport report = gather({{"counts", {{"skips", {{"blurry", 4}}}}},
                                       {"models", {{{"name", "m"}, {"licence", "MIT"}}}},
                                       {"warnings", {"look"}},
                                       {"input", {{"path", "/films/secret/film.mp4"}}}});
  EXPECT_EQ(report.skipped.at("blurry"), 4);
  EXPECT_EQ(report.models.at(0).licence, "MIT");
  EXPECT_THAT(report.warnings, ElementsAre("look"));
  EXPECT_EQ(report.facts.at(1).rows.at(0).second, "film.mp4");
}

TEST_F(GatherReport, CpuIsReadByTheNamesOfItsColumns) {
  put(in("cpu.csv"),
      "elapsed_s,phase,cpu_percent,cap_percent\n0.1,scan,120.5,300\nbroken\n0.2,scan,99,300\n");
  const CpuStory story = read_cpu_story(in("cpu.csv"));
  ASSERT_EQ(story.points.size(), 2U);
  EXPECT_EQ(story.points[1].percent, 99);
  EXPECT_EQ(story.cap_percent, 300);
}

TEST_F(GatherReport, NoCpuFileNoPoints) {
  EXPECT_THAT(read_cpu_story(in("none.csv")).points, IsEmpty());
}

TEST(InlineChecksums, AreTheBase64OfSha256) {
  EXPECT_EQ(inline_checksums().style.size(), 44U);
  EXPECT_EQ(inline_checksums().script.back(), '=');
}

}  // namespace
}  // namespace screenalytics
