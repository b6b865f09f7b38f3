// SPDX-License-Identifier: MIT
#include "run/people_run.h"

#include "core/error.h"
#include "run/artifact_stage.h"
#include "store/edit_log.h"
#include "store/test_folder.h"

#include <gmock/gmock.h>

namespace screenalytics {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

class SilentSink final : public ProgressSink {
 public:
  void show(const ProgressSnapshot& snapshot) override { (void)snapshot; }
  void say(const std::string& text) override { (void)text; }
  void warn(const std::string& text) override { (void)text; }
};

/// A run whose tracks 1, 2, 3, ... are seen one a second, each 100 pixels right of the one before.
class PeopleRunTest : public TestFolder {
 protected:
  /// `names`: track numbers of the run, in the order of their time.
  RunFolder put_run(const std::string& name, const std::vector<std::int64_t>& numbers) const {
    const RunFolder run(folder(), "show", name);
    std::filesystem::create_directories(run.path());
    std::string tracks;
    std::vector<std::pair<std::int64_t, std::string>> rows;
    for (std::size_t i = 0; i < numbers.size(); ++i)
      rows.emplace_back(numbers[i], row(numbers[i], i));
    std::ranges::sort(rows);
    for (const auto& [number, text] : rows) tracks += text + "\n";
    put(run.file("tracks.jsonl"), tracks);
    put(run.file("shots.jsonl"),
        R"({"shot":0,"first_frame_idx":0,"first_ts":0.0,"end_ts":100.0})"
        "\n");
    Json manifest = {{"artifacts", Json::array()}};
    manifest["stages"] = {{"cluster", {{"status", "done"}}}, {"screentime", {{"status", "done"}}}};
    put(run.file("manifest.json"), manifest.dump());
    return run;
  }
  void put_people(const RunFolder& run, const Identities& people) const {
    put(run.file("identities.json"), to_json(run, people, {}, {}).dump());
  }
  Settings settings() const {
    Settings settings;
    settings.data = folder();
    settings.ep_id = "show";
    return settings;
  }
  Edit decide(const PeopleRequest& request) {
    return record_decision(settings(), request, context_);
  }
  Progress& progress() { return progress_; }

 private:
  static std::string row(std::int64_t number, std::size_t second) {
    const double ts = static_cast<double>(second);
    const double left = 100 * ts;
    const Json sample = {{"frame_idx", 25 * static_cast<std::int64_t>(second)},
                         {"ts", ts},
                         {"bbox_xyxy", {left, 50.0, left + 50, 110.0}},
                         {"conf", 0.9},
                         {"landmarks", nullptr}};
    return Json{{"track_id", number}, {"shot", 0}, {"samples", {sample}}}.dump();
  }
  SilentSink sink_;
  CpuBudget budget_{1};
  CpuCap cap_;
  Progress progress_{sink_, std::chrono::milliseconds(500)};
  RunContext context_{budget_, cap_, progress_, {}, "screenalytics people"};
};

Identities three_people() {
  Identities people;
  people.identities = {{.id = {1}, .name = "Person 1", .tracks = {{1}, {4}}},
                       {.id = {2}, .name = "Person 2", .tracks = {{2}}},
                       {.id = {3}, .name = "Person 3", .tracks = {{3}}}};
  return people;
}

std::vector<std::vector<TrackId>> tracks_of(const Identities& people) {
  std::vector<std::vector<TrackId>> list;
  for (const Identity& one : people.identities) list.push_back(one.tracks);
  return list;
}

TEST_F(PeopleRunTest, DecisionsHoldInARunWithOtherTrackNumbers) {
  put_people(put_run("r1", {1, 2, 3, 4}), three_people());
  decide({.op = EditOp::rename, .people = {"id_0001"}, .name = " Anna "});
  decide({.op = EditOp::merge, .people = {"id_0002", "Person 3"}});
  decide({.op = EditOp::split, .people = {"id_0001"}, .tracks = {4}});
  // In the other run the first face (at 0 s) is track 4, the last one (at 3 s) track 1.
  const RunFolder other = put_run("r2", {4, 3, 2, 1});
  Identities clustered;
  clustered.identities = {{.id = {1}, .name = "Person 1", .tracks = {{1}, {4}}},
                          {.id = {2}, .name = "Person 2", .tracks = {{2}}},
                          {.id = {3}, .name = "Person 3", .tracks = {{3}}}};
  const auto now = with_decisions(clustered, other, read_tracks(other), progress());
  EXPECT_EQ(now.applied, 3);
  EXPECT_EQ(now.unresolved, 0);
  EXPECT_THAT(
      tracks_of(now.identities),
      ElementsAre(
          ElementsAre(TrackId{4}), ElementsAre(TrackId{2}, TrackId{3}), ElementsAre(TrackId{1})));
  EXPECT_EQ(now.identities.identities[0].label, "Anna");
}

TEST_F(PeopleRunTest, UndoTakesTheNewestDecisionThatHoldsAndCanBeUndone) {
  const RunFolder run = put_run("r1", {1, 2, 3, 4});
  put_people(run, three_people());
  decide({.op = EditOp::merge, .people = {"id_0001", "id_0002"}});
  const Edit undo = decide({.op = EditOp::undo});
  EXPECT_EQ(undo.undoes, EditId{1});
  EXPECT_EQ(with_decisions(three_people(), run, read_tracks(run), progress()).applied, 0);
  EXPECT_EQ(refusal_of([&] { decide({.op = EditOp::undo, .edit_id = "e0001"}); }).kind,
            ErrorKind::bad_usage);
  decide({.op = EditOp::undo, .edit_id = "2"});
  EXPECT_EQ(with_decisions(three_people(), run, read_tracks(run), progress()).applied, 1);
  const auto log = read_decisions(settings(), progress());
  ASSERT_THAT(log, SizeIs(3));
  EXPECT_FALSE(log[0].undone);
  EXPECT_TRUE(log[1].undone);
  EXPECT_EQ(log[0].found, "yes");
}

TEST_F(PeopleRunTest, EveryRunOfTheEpisodeBecomesStale) {
  const RunFolder old = put_run("r1", {1, 2, 3, 4});
  const RunFolder newest = put_run("r2", {1, 2, 3, 4});
  put_people(newest, three_people());
  decide({.op = EditOp::ignore, .people = {"id_0001"}});
  for (const RunFolder& run : {old, newest}) {
    EXPECT_EQ(stage_status(*run.manifest(), "cluster"), "stale");
    EXPECT_EQ(stage_status(*run.manifest(), "screentime"), "stale");
  }
}

TEST_F(PeopleRunTest, FacesThatAreNowhereAreReportedAndTheDecisionStays) {
  put_people(put_run("r1", {1, 2, 3, 4}), three_people());
  decide({.op = EditOp::rename, .people = {"id_0003"}, .name = "Carl"});
  const RunFolder shorter = put_run("r2", {1, 2});
  const auto now = with_decisions({}, shorter, read_tracks(shorter), progress());
  EXPECT_EQ(now.unresolved, 1);
  ASSERT_THAT(now.identities.conflicts, SizeIs(1));
  EXPECT_EQ(now.identities.conflicts[0].kind, "edit");
  EXPECT_EQ(read_edit_log(in("show/people.jsonl")).edits[0].name, "Carl");
}

TEST_F(PeopleRunTest, WhatCannotBeMeantIsRefusedAndNothingIsWritten) {
  put_people(put_run("r1", {1, 2, 3, 4}), three_people());
  const std::vector<PeopleRequest> wrong{
      {.op = EditOp::merge, .people = {"id_0001", "id_0009"}},
      {.op = EditOp::merge, .people = {"id_0001", "Person 1"}},
      {.op = EditOp::rename, .people = {"id_0001"}, .name = "  "},
      {.op = EditOp::split, .people = {"id_0001"}, .tracks = {2}},
      {.op = EditOp::split, .people = {"id_0001"}, .tracks = {1, 4}},
      {.op = EditOp::assign, .people = {"id_0001"}, .tracks = {77}},
      {.op = EditOp::assign, .tracks = {2}},
      {.op = EditOp::ignore},
      {.op = EditOp::undo},
      {.op = EditOp::undo, .edit_id = "e0007"}};
  for (const PeopleRequest& request : wrong) {
    const Refusal refusal = refusal_of([&] { decide(request); });
    EXPECT_TRUE(refusal.kind == ErrorKind::bad_usage || refusal.kind == ErrorKind::not_found)
        << refusal.text;
  }
  EXPECT_THAT(read_edit_log(in("show/people.jsonl")).edits, IsEmpty());
}

TEST_F(PeopleRunTest, TwoPeopleOfOneNameAreToldApartByTheirIds) {
  Identities people = three_people();
  people.identities[0].name = people.identities[1].name = "Anna";
  put_people(put_run("r1", {1, 2, 3, 4}), people);
  EXPECT_THAT(refusal_of([&] { decide({.op = EditOp::ignore, .people = {"Anna"}}); }).text,
              HasSubstr("id_0001, id_0002"));
}

}  // namespace
}  // namespace screenalytics
