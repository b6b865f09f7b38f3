// SPDX-License-Identifier: MIT
#include "run/overlay_inputs.h"

#include "core/error.h"
#include "files/sha256.h"
#include "store/run_artifacts.h"
#include "store/test_folder.h"

#include <string>
#include <vector>

#include <gmock/gmock.h>

namespace screenalytics {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class CollectingSink final : public ProgressSink {
 public:
  void show(const ProgressSnapshot& snapshot) override { (void)snapshot; }
  void say(const std::string& text) override { (void)text; }
  void warn(const std::string& text) override { warnings.push_back(text); }
  std::vector<std::string> warnings;
};

class OverlayInputsTest : public TestFolder {
 protected:
  void SetUp() override {
    TestFolder::SetUp();
    std::filesystem::create_directories(run().path());
    // 30 frames a second: no frame's time has only four decimals.
    for (int i = 0; i < 10; ++i)
      index_.frames.push_back(
          {.time = MediaTime(Duration(33333 * i + i / 3)), .duration = Duration(33333)});
    index_.info.end = MediaTime(Duration(333333));
  }
  RunFolder run() const { return {folder(), "show", "run-0001"}; }
  void put_rows(const std::string& name, const std::vector<Json>& rows) const {
    JsonLinesWriter writer(run().file(name));
    for (const Json& row : rows) writer.write(row);
    writer.commit();
  }
  void put_run(const Json& manifest) const {
    put(run().file("manifest.json"), manifest.dump());
    const Json box = {1, 2, 11, 12};
    const auto look = [&](int frame, double ts) {
      return Json{{"frame_idx", frame},
                  {"ts", ts},
                  {"bbox_xyxy", box},
                  {"conf", 0.9},
                  {"landmarks", nullptr}};
    };
    put_rows("tracks.jsonl",
             {{{"track_id", 1}, {"shot", 0}, {"samples", {look(1, 0.0333), look(4, 0.1333)}}}});
    put_rows("samples.jsonl",
             {{{"frame_idx", 1}, {"ts", 0.0333}, {"end_ts", 0.0667}, {"shot", 0}},
              {{"frame_idx", 4}, {"ts", 0.1333}, {"end_ts", 0.1667}, {"shot", 0}}});
    put_rows("shots.jsonl",
             {{{"shot", 0}, {"first_frame_idx", 0}, {"first_ts", 0.0}, {"end_ts", 0.2333}},
              {{"shot", 1}, {"first_frame_idx", 7}, {"first_ts", 0.2333}, {"end_ts", 0.3333}}});
    put_rows("detections.jsonl",
             {{{"frame_idx", 1}, {"bbox_xyxy", box}, {"track_id", 1}},
              {{"frame_idx", 4}, {"bbox_xyxy", box}, {"track_id", nullptr}},
              {{"frame_idx", 4}, {"bbox_xyxy", box}, {"track_id", 99}}});
  }
  VideoIndex index_;
  CollectingSink sink_;
  Progress progress_{sink_, std::chrono::milliseconds(500)};
};

TEST_F(OverlayInputsTest, TimesAreThoseOfTheFramesNotTheRoundedOnes) {
  put_run(Json::object());
  const FoundFaces found = read_found_faces(run(), index_, progress_);
  ASSERT_EQ(found.tracks.size(), 1U);
  EXPECT_EQ(found.tracks[0].sightings[1].time, index_.frames[4].time);
  EXPECT_EQ(found.samples[0].shown.begin, index_.frames[1].time);
  EXPECT_EQ(found.shots[0].span.end, index_.frames[7].time);
  EXPECT_EQ(found.shots[1].span.end, index_.info.end);
}

TEST_F(OverlayInputsTest, FacesOfNoTrackOrOfOneThatIsGoneAreLoose) {
  put_run(Json::object());
  const FoundFaces found = read_found_faces(run(), index_, progress_);
  ASSERT_EQ(found.loose.size(), 2U);
  EXPECT_EQ(found.loose[0].time, index_.frames[4].time);
  EXPECT_EQ(found.loose[1].box, (Box{1, 2, 11, 12}));
}

TEST_F(OverlayInputsTest, PeopleThatAreMissingOrOutOfDateAreLeftOutAndThatIsSaid) {
  put_run(Json::object());
  EXPECT_FALSE(read_found_faces(run(), index_, progress_).identities);
  put_run({{"stages", {{"cluster", {{"status", "stale"}}}}}});
  EXPECT_FALSE(read_found_faces(run(), index_, progress_).identities);
  EXPECT_THAT(sink_.warnings,
              ElementsAre(HasSubstr("was not clustered"), HasSubstr("out of date")));
  put_run({{"stages", {{"cluster", {{"status", "done"}}}}}});
  Identities people;
  people.identities = {{.id = {1}, .name = "Anna", .tracks = {{1}}}};
  put(run().file("identities.json"), to_json(run(), people, {}, {}).dump());
  const auto read = read_found_faces(run(), index_, progress_).identities;
  ASSERT_TRUE(read);
  EXPECT_EQ(read->identities.at(0).name, "Anna");
}

TEST_F(OverlayInputsTest, ARunOfALongerVideoIsRefused) {
  put_run(Json::object());
  index_.frames.resize(3);
  EXPECT_EQ(refusal_of([&] { read_found_faces(run(), index_, progress_); }).kind,
            ErrorKind::bad_data);
}

TEST_F(OverlayInputsTest, TheVideoMustBeTheOneThatWasHarvested) {
  const auto video = folder() / "video.mp4";
  put(video, "pictures");
  const auto input = [&](const std::string& sha256) {
    return Json{{"input", {{"path", video.string()}, {"bytes", 8}, {"sha256", sha256}}}};
  };
  put(run().file("manifest.json"), input(sha256_of_file(video)).dump());
  Settings settings;
  const RunVideo known = video_of(run(), settings);
  EXPECT_EQ(known.path, video);
  check_same_video(known, run());
  put(video, "puctires");
  EXPECT_EQ(refusal_of([&] { check_same_video(known, run()); }).kind, ErrorKind::bad_data);
  put(video, "more pictures");
  EXPECT_EQ(refusal_of([&] { check_same_video(known, run()); }).kind, ErrorKind::bad_data);
  std::filesystem::remove(video);
  EXPECT_EQ(refusal_of([&] { check_same_video(known, run()); }).kind, ErrorKind::not_found);
  settings.video = folder() / "moved.mp4";
  EXPECT_EQ(video_of(run(), settings).path, settings.video);
}

TEST_F(OverlayInputsTest, AManifestWithoutItsVideoIsDamaged) {
  put(run().file("manifest.json"), "{}");
  EXPECT_EQ(refusal_of([&] { video_of(run(), {}); }).kind, ErrorKind::bad_data);
  std::filesystem::remove(run().file("manifest.json"));
  EXPECT_EQ(refusal_of([&] { video_of(run(), {}); }).kind, ErrorKind::not_found);
}

}  // namespace
}  // namespace screenalytics
