// SPDX-License-Identifier: MIT
#include "run/run_choice.h"

#include "files/atomic_file.h"
#include "store/test_folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace screenalytics {
namespace {

using testing::HasSubstr;

class RunChoice : public TestFolder {
 protected:
  Settings settings(const std::string& run_id = {}) const {
    return {.ep_id = "show", .data = folder(), .run_id = run_id};
  }
  RunFolder run(const std::string& id) const { return {folder(), "show", id}; }

  /// A run that was begun with this key, and finished or not.
  RunFolder made(const std::string& id, const std::string& key, bool finished) const {
    const RunFolder made = run(id);
    begin_run(made, key);
    if (finished) {
      write_atomically(made.file("tracks.jsonl"), "{}\n");
      write_atomically(made.file("manifest.json"), "{}\n");
    }
    return made;
  }
};

TEST_F(RunChoice, TheFirstRunIsNumberOne) {
  EXPECT_EQ(choose_run(settings(), "k").run_id(), "run-0001");
  EXPECT_FALSE(std::filesystem::exists(in("show"))) << "choosing makes nothing";
}

TEST_F(RunChoice, GoesOnWithAnUnfinishedRunOfTheSameKey) {
  made("run-0001", "k", false);
  EXPECT_EQ(choose_run(settings(), "k").run_id(), "run-0001");
}

TEST_F(RunChoice, TakesTheNewestOfSeveral) {
  made("run-0001", "k", false);
  made("run-0002", "k", false);
  EXPECT_EQ(choose_run(settings(), "k").run_id(), "run-0002");
}

TEST_F(RunChoice, AnotherKeyMeansTheNextNumber) {
  made("run-0001", "k", false);
  EXPECT_EQ(choose_run(settings(), "other").run_id(), "run-0002");
}

TEST_F(RunChoice, AFinishedRunIsLeftAlone) {
  made("run-0001", "k", true);
  EXPECT_EQ(choose_run(settings(), "k").run_id(), "run-0002");
}

TEST_F(RunChoice, NumbersGoOnAfterTheHighest) {
  made("run-0007", "a", true);
  made("run-9999", "b", true);
  made("final-cut", "c", true);
  made("run-x", "d", true);
  EXPECT_EQ(choose_run(settings(), "k").run_id(), "run-10000");
}

TEST_F(RunChoice, ARunWithAHugeNumberIsNoReasonToFail) {
  made("run-2147483647", "a", true);
  made("run-99999999999999999999", "a", true);
  EXPECT_EQ(choose_run(settings(), "k").run_id(), "run-0001");
}

TEST_F(RunChoice, TheNamedRunIsTakenWhateverItIs) {
  made("mine", "other", true);
  EXPECT_EQ(choose_run(settings("mine"), "k").run_id(), "mine");
  EXPECT_EQ(choose_run(settings("new"), "k").run_id(), "new");
}

TEST_F(RunChoice, ANameThatLeavesTheFolderIsRefused) {
  EXPECT_EQ(refusal_of([&] { choose_run(settings("../x"), "k"); }).kind, ErrorKind::bad_usage);
}

TEST_F(RunChoice, BeginKeepsRecordsOfTheSameKey) {
  const RunFolder begun = made("run-0001", "k", false);
  put(begun.segment(0), "record");
  begin_run(begun, "k");
  EXPECT_TRUE(std::filesystem::exists(begun.segment(0)));
  EXPECT_EQ(choose_run(settings(), "k").run_id(), "run-0001");
}

TEST_F(RunChoice, BeginDropsRecordsOfAnotherKey) {
  const RunFolder begun = made("run-0001", "k", false);
  put(begun.segment(0), "record");
  begin_run(begun, "other");
  EXPECT_FALSE(std::filesystem::exists(begun.segment(0)));
  EXPECT_EQ(choose_run(settings(), "other").run_id(), "run-0001");
  EXPECT_EQ(choose_run(settings(), "k").run_id(), "run-0002");
}

TEST_F(RunChoice, BeginTakesTheManifestAway) {
  for (const char* key : {"k", "other"}) {
    const RunFolder finished = made("run-0001", "k", true);
    begin_run(finished, key);
    EXPECT_FALSE(std::filesystem::exists(finished.file("manifest.json"))) << key;
  }
}

TEST_F(RunChoice, AShellThatAProcessLeftBeforeItWroteAnythingIsTaken) {
  {
    const RunLock lock(run("run-0001"));
  }
  EXPECT_EQ(choose_run(settings(), "k").run_id(), "run-0001");
  put(run("run-0001").file("notes.txt"), "mine");
  EXPECT_EQ(choose_run(settings(), "k").run_id(), "run-0002");
}

TEST_F(RunChoice, AHeldManifestIsNoManifestButIsFoundAgain) {
  const RunFolder finished = made("run-0001", "k", true);
  hold_manifest(finished);
  EXPECT_FALSE(finished.manifest());
  EXPECT_EQ(find_run(settings()).run_id(), "run-0001");
  EXPECT_TRUE(held_manifest(finished).is_object());
  EXPECT_NO_THROW(hold_manifest(finished)) << "a second attempt";
  drop_held_manifest(finished);
  EXPECT_EQ(refusal_of([&] { held_manifest(finished); }).kind, ErrorKind::not_found);
}

TEST_F(RunChoice, FindsTheNewestFinishedRunWithTracks) {
  made("run-0001", "k", true);
  made("run-0002", "k", true);
  made("run-0003", "k", false);
  EXPECT_EQ(find_run(settings()).run_id(), "run-0002");
  EXPECT_EQ(find_run(settings("run-0001")).run_id(), "run-0001");
}

TEST_F(RunChoice, SaysWhatToDoWhenThereIsNoRunToFind) {
  made("run-0001", "k", false);
  const Refusal any = refusal_of([&] { find_run(settings()); });
  EXPECT_EQ(any.kind, ErrorKind::not_found);
  EXPECT_THAT(any.text, HasSubstr("detect-track"));
  const Refusal named = refusal_of([&] { find_run(settings("run-0001")); });
  EXPECT_EQ(named.kind, ErrorKind::not_found);
  EXPECT_THAT(named.text, HasSubstr("run-0001"));
}

}  // namespace
}  // namespace screenalytics
