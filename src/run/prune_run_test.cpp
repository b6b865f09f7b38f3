// SPDX-License-Identifier: MIT
#include "run/prune_run.h"

#include "core/error.h"
#include "store/test_folder.h"

#include <chrono>
#include <filesystem>

#include <gmock/gmock.h>

namespace screenalytics {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class Prune : public TestFolder {
 protected:
  fs::path path(const std::string& run) const { return in("e/runs/" + run); }
  void make(const std::string& run, bool finished, int hour) const {
    fs::create_directories(path(run));
    const std::string file = finished ? "manifest.json" : "progress.json";
    put(path(run) / file, R"({"stages":{}})");
    const auto time = fs::file_time_type::clock::now() + std::chrono::hours(hour - 100);
    fs::last_write_time(path(run) / file, time);
  }
  /// Who went (or stayed although old), as "run" or "run: reason".
  std::vector<std::string> prune(const PruneOptions& options = {},
                                 const std::string& ep = "e") const {
    std::vector<std::string> lines;
    for (const PrunedRun& one : prune_runs({.ep_id = ep, .data = folder()}, options))
      lines.push_back(one.gone ? one.run_id : one.run_id + ": " + one.reason);
    return lines;
  }
  /// A decision that was made on this run.
  void decide_on(const std::string& run) const {
    put(in("e/people.jsonl"),
        R"({"edit_id":"e0001","at":"2026-01-02T03:04:05Z","op":"rename","scope":"person","anchors":)"
        R"([{"group":0,"ts":1.6,"frame_idx":40,"bbox_xyxy":[1,2,3,4],"track_id":1,"run_id":")" +
            run + R"("}],"name":"Ann"})" + "\n");
  }
  void cluster(const std::string& run, int unresolved) const {
    put(path(run) / "manifest.json", R"({"stages":{"cluster":{"status":"done"}}})");
    put(path(run) / "identities.json",
        R"({"stats":{"edits_unresolved":)" + std::to_string(unresolved) + "}}");
  }
};

TEST_F(Prune, KeepsTheNewestFinishedRun) {
  make("run-0001", true, 1);
  make("run-0002", true, 2);
  make("run-0003", true, 3);
  EXPECT_THAT(prune(), ElementsAre("run-0001", "run-0002"));
  EXPECT_FALSE(fs::exists(path("run-0001")));
  EXPECT_FALSE(fs::exists(path(".pruned-run-0001")));
  EXPECT_TRUE(fs::exists(path("run-0003")));
}

TEST_F(Prune, KeepsAsManyAsAsked) {
  make("run-0001", true, 1);
  make("run-0002", true, 2);
  make("run-0003", true, 3);
  EXPECT_THAT(prune({.keep = 2}), ElementsAre("run-0001"));
}

TEST_F(Prune, ADryRunTouchesNothing) {
  make("run-0001", true, 1);
  make("run-0002", true, 2);
  const auto found = prune_runs({.ep_id = "e", .data = folder()}, {.dry_run = true});
  ASSERT_EQ(found.size(), 1U);
  EXPECT_TRUE(found[0].gone);
  EXPECT_EQ(found[0].bytes, 13U);
  EXPECT_TRUE(fs::exists(path("run-0001") / "manifest.json"));
}

TEST_F(Prune, NewestByNameAndNewestByTimeBothStay) {
  make("by-hand", true, 9);
  make("run-0001", true, 1);
  make("run-0002", true, 2);
  EXPECT_THAT(prune(), ElementsAre("run-0001"));
}

TEST_F(Prune, UnfinishedRunsGoOnlyWhenANewerOneIsFinished) {
  make("run-0001", false, 1);
  make("run-0002", true, 2);
  make("run-0003", false, 3);
  EXPECT_THAT(prune(), ElementsAre("run-0001"));
  EXPECT_TRUE(fs::exists(path("run-0003"))) << "it may go on";
}

TEST_F(Prune, WithoutAFinishedRunAllStay) {
  make("run-0001", false, 1);
  make("run-0002", false, 2);
  EXPECT_THAT(prune(), IsEmpty());
}

TEST_F(Prune, NeverARunThatSomebodyWorksOn) {
  make("run-0001", true, 1);
  make("run-0002", true, 2);
  const RunLock lock(RunFolder(folder(), "e", "run-0001"));
  EXPECT_THAT(prune(), ElementsAre("run-0001: stays: another process works on it"));
  EXPECT_TRUE(fs::exists(path("run-0001") / "manifest.json"));
}

TEST_F(Prune, DecisionsThatTheNewestRunLacksKeepTheirRun) {
  make("run-0001", true, 1);
  make("run-0002", true, 2);
  decide_on("run-0001");
  EXPECT_THAT(prune(), ElementsAre(HasSubstr("run-0001: stays: decisions"))) << "not clustered";
  cluster("run-0002", 1);
  EXPECT_THAT(prune(), ElementsAre(HasSubstr("run-0001: stays: decisions")));
  cluster("run-0002", 0);
  EXPECT_THAT(prune(), ElementsAre("run-0001"));
  EXPECT_TRUE(fs::exists(in("e/people.jsonl"))) << "decisions always stay";
}

TEST_F(Prune, WhatACrashLeftIsRemoved) {
  make("run-0001", true, 1);
  make(".pruned-run-0000", true, 1);
  prune({.dry_run = true});
  EXPECT_TRUE(fs::exists(path(".pruned-run-0000")));
  prune();
  EXPECT_FALSE(fs::exists(path(".pruned-run-0000")));
}

TEST_F(Prune, AllEpisodesWhenNoneIsNamed) {
  make("run-0001", true, 1);
  make("run-0002", true, 2);
  fs::create_directories(in("facebank/show"));
  EXPECT_THAT(prune({}, ""), ElementsAre("run-0001"));
  EXPECT_EQ(refusal_of([&] { prune({}, "nobody"); }).kind, ErrorKind::not_found);
}

}  // namespace
}  // namespace screenalytics
