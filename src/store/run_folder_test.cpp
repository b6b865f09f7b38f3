// SPDX-License-Identifier: MIT
#include "store/run_folder.h"

#include "store/test_folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace screenalytics {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class Runs : public TestFolder {
 protected:
  RunFolder run(const std::string& ep_id = "show-s01e02", const std::string& run_id = "r1") const {
    return {folder(), ep_id, run_id};
  }
};

TEST_F(Runs, PathsFollowTheLayout) {
  const RunFolder folder_of_run = run();
  EXPECT_EQ(folder_of_run.path(), in("show-s01e02/runs/r1"));
  EXPECT_EQ(folder_of_run.file("tracks.jsonl"), in("show-s01e02/runs/r1/tracks.jsonl"));
  EXPECT_EQ(folder_of_run.segment(12), in("show-s01e02/runs/r1/segments/000012.seg"));
  EXPECT_EQ(RunFolder::crop_name(1, 123), "crops/track_0001/frame_000123.jpg");
  EXPECT_EQ(RunFolder::thumb_name(1, 123), "thumbs/track_0001/thumb_000123.jpg");
  EXPECT_EQ(RunFolder::face_id(12345, 1234567), "face_12345_1234567");
}

TEST_F(Runs, NamesThatCouldLeaveTheFolderAreRefused) {
  for (const std::string name :
       {"", ".", "..", "../x", "a/b", "a\\b", ".hidden", "-x", "a b", "a\nb", "caf\xC3\xA9"}) {
    EXPECT_EQ(refusal_of([&] { run(name); }).kind, ErrorKind::bad_usage) << name;
    EXPECT_EQ(refusal_of([&] { run("ep", name); }).kind, ErrorKind::bad_usage) << name;
  }
  EXPECT_EQ(refusal_of([&] { run(std::string(129, 'a')); }).kind, ErrorKind::bad_usage);
  EXPECT_FALSE(refusal_of([&] { run(std::string(128, 'a')); }).kind);
  EXPECT_FALSE(refusal_of([&] { run("A.b_c-9..x"); }).kind);
}

TEST_F(Runs, TheFacebanksNameIsNoEpisode) {
  const auto refusal = refusal_of([&] { run("facebank"); });
  EXPECT_EQ(refusal.kind, ErrorKind::bad_usage);
  EXPECT_THAT(refusal.text, HasSubstr("seed photos"));
}

TEST_F(Runs, AreListedByName) {
  EXPECT_THAT(list_runs(folder(), "ep"), IsEmpty());
  for (const char* name : {"r2", "r10", "r1", ".removed"}) {
    std::filesystem::create_directories(in("ep/runs") / name);
  }
  write_atomically(in("ep/runs/file"), "x");
  EXPECT_THAT(list_runs(folder(), "ep"), ElementsAre("r1", "r10", "r2"));
  EXPECT_EQ(refusal_of([&] { list_runs(folder(), "../ep"); }).kind, ErrorKind::bad_usage);
}

TEST_F(Runs, AFolderThatCannotBeReadIsNotAnEpisodeWithoutRuns) {
  std::filesystem::create_directories(in("e"));
  put(in("e/runs"), "a file where the folder belongs");
  EXPECT_EQ(refusal_of([&] { list_runs(folder(), "e"); }).kind, ErrorKind::io);
  EXPECT_TRUE(list_runs(folder(), "nobody").empty());
}

TEST_F(Runs, ManifestIsEmptyWhenThereIsNone) {
  EXPECT_FALSE(run().manifest());
  write_atomically(run().file("manifest.json"), "{\"run_id\": \"r1\"}");
  EXPECT_EQ(run().manifest().value_or(Json())["run_id"], "r1");
}

TEST_F(Runs, ADamagedManifestIsSaid) {
  for (const char* text : {"", "{", "[]", "null"}) {
    write_atomically(run().file("manifest.json"), text);
    const auto refusal = refusal_of([&] { (void)run().manifest(); });
    EXPECT_EQ(refusal.kind, ErrorKind::bad_data) << text;
    EXPECT_THAT(refusal.text, HasSubstr("manifest.json"));
  }
}

TEST_F(Runs, ASecondLockIsRefusedUntilTheFirstEnds) {
  {
    const RunLock lock(run());
    const auto refusal = refusal_of([&] { const RunLock second(run()); });
    EXPECT_EQ(refusal.kind, ErrorKind::busy);
    EXPECT_THAT(refusal.text, HasSubstr("'r1'"));
    EXPECT_FALSE(refusal_of([&] { const RunLock other(run("show-s01e02", "r2")); }).kind);
  }
  EXPECT_FALSE(refusal_of([&] { const RunLock again(run()); }).kind);
}

TEST_F(Runs, ArtifactsAreDescribedSortedWithSizeAndChecksum) {
  write_atomically(run().file("b.txt"), "abc");
  write_atomically(run().file("a/empty.txt"), "");
  EXPECT_EQ(
      describe_artifacts(run(), {"b.txt", "a/empty.txt", "b.txt"}).dump(),
      R"([{"name":"a/empty.txt","bytes":0,"sha256":"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},)"
      R"({"name":"b.txt","bytes":3,"sha256":"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"}])");
  EXPECT_EQ(refusal_of([&] { describe_artifacts(run(), {"none"}); }).kind, ErrorKind::not_found);
  EXPECT_EQ(describe_artifacts(run(), {}).dump(), "[]");
}

}  // namespace
}  // namespace screenalytics
