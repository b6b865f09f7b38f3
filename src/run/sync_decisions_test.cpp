// SPDX-License-Identifier: MIT
#include "run/sync_decisions.h"

#include "files/atomic_file.h"
#include "run/artifact_stage.h"
#include "store/edit_log.h"
#include "store/test_folder.h"

#include <gmock/gmock.h>

namespace screenalytics {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class RememberingSink final : public ProgressSink {
 public:
  void show(const ProgressSnapshot& snapshot) override { (void)snapshot; }
  void say(const std::string& text) override { (void)text; }
  void warn(const std::string& text) override { warnings.push_back(text); }
  std::vector<std::string> warnings;
};

/// Decisions that come from a store to an episode with the runs "pulled" and "other".
class SyncDecisionsTest : public TestFolder {
 protected:
  void SetUp() override {
    TestFolder::SetUp();
    for (const char* name : {"pulled", "other"}) {
      const RunFolder run(folder(), "e", name);
      std::filesystem::create_directories(run.path());
      Json manifest = {{"artifacts", Json::array()}};
      manifest["stages"]["cluster"] = {{"status", "done"}, {"finished_at", "2026-01-02T03:00:00Z"}};
      put(run.file("manifest.json"), manifest.dump());
    }
  }

  static std::string line(int number, const std::string& name, const std::string& at) {
    return to_json(Edit{.id = {number},
                        .at = at,
                        .op = EditOp::rename,
                        .anchors = {{.run = "other"}},
                        .name = name})
               .dump() +
           "\n";
  }
  std::filesystem::path log() const { return in("e/people.jsonl"); }
  std::string here() const {
    return std::filesystem::exists(log()) ? read_text(log()) : std::string();
  }
  std::string take(const std::string& lines) {
    Settings settings;
    settings.data = folder();
    settings.ep_id = "e";
    return take_over_decisions(lines, settings, {folder(), "e", "pulled"}, progress_);
  }
  std::string status(const std::string& run) const {
    return stage_status(*RunFolder(folder(), "e", run).manifest(), "cluster");
  }
  const std::vector<std::string>& warnings() const { return sink_.warnings; }

  const std::string first_ = line(1, "Anna", "2026-01-02T02:00:00Z");
  const std::string second_ = line(2, "Bert", "2026-01-02T02:30:00Z");
  const std::string late_ = line(2, "Bert", "2026-01-02T03:30:00Z");

 private:
  RememberingSink sink_;
  Progress progress_{sink_, std::chrono::milliseconds(500)};
};

TEST_F(SyncDecisionsTest, WhereThereAreNoneTheyAreTaken) {
  EXPECT_EQ(take(first_ + second_), "2 decision(s) about people fetched");
  EXPECT_EQ(here(), first_ + second_);
  EXPECT_EQ(status("other"), "stale");
  EXPECT_EQ(status("pulled"), "done");  // its people are younger than the decisions
  EXPECT_THAT(warnings(), IsEmpty());
}

TEST_F(SyncDecisionsTest, WhereTheyGoOnTheNewOnesAreTaken) {
  put(log(), first_);
  EXPECT_EQ(take(first_ + late_), "1 decision(s) about people fetched");
  EXPECT_EQ(here(), first_ + late_);
  EXPECT_EQ(status("other"), "stale");
  EXPECT_EQ(status("pulled"), "stale");  // its people are older than the last decision
}

TEST_F(SyncDecisionsTest, WhatIsHereAndGoesOnStays) {
  put(log(), first_ + second_);
  EXPECT_THAT(take(first_), HasSubstr("1 decision(s) about people are here and not in the store"));
  EXPECT_EQ(take(first_ + second_), "");
  EXPECT_EQ(here(), first_ + second_);
  EXPECT_EQ(status("other"), "done");
}

TEST_F(SyncDecisionsTest, WhenBothWentOnOursHoldAndTheirsLieBeside) {
  const std::string ours = first_ + line(2, "Carl", "2026-01-02T02:10:00Z");
  put(log(), ours);
  EXPECT_EQ(take(first_ + second_), "");
  EXPECT_EQ(here(), ours);
  EXPECT_EQ(read_text(in("e/people.from-store.jsonl")), first_ + second_);
  EXPECT_THAT(warnings(), ElementsAre(HasSubstr("people.from-store.jsonl")));
  EXPECT_EQ(status("other"), "done");
}

TEST_F(SyncDecisionsTest, WhatCannotBeReadIsSaidAndNotTaken) {
  put(log(), first_);
  EXPECT_EQ(take(first_ + "nonsense\n" + late_), "");
  EXPECT_EQ(here(), first_);
  EXPECT_THAT(warnings(), ElementsAre(HasSubstr("line 2 cannot be read")));
}

}  // namespace
}  // namespace screenalytics
