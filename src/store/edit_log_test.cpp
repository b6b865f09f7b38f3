// SPDX-License-Identifier: MIT
#include "store/edit_log.h"

#include "store/test_folder.h"

#include <gmock/gmock.h>

namespace screenalytics {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

class EditLogTest : public TestFolder {
 protected:
  std::filesystem::path path() const { return in("people.jsonl"); }
  void append(const std::string& name) const {
    EditLogWriter(path()).append({.at = "2026-01-02T03:04:05Z",
                                  .op = EditOp::rename,
                                  .anchors = {{.time = MediaTime(from_seconds(1.6)),
                                               .frame = {40},
                                               .box = {203.1F, 196.4F, 266.8F, 279},
                                               .track = {3},
                                               .run = "r1",
                                               .group = 1}},
                                  .name = name});
  }
  std::vector<std::string> names() const {
    std::vector<std::string> list;
    for (const Edit& edit : read_edit_log(path()).edits) list.push_back(edit.name);
    return list;
  }
  void add(std::string_view bytes) const { put(path(), read_text(path()) + std::string(bytes)); }
};

TEST_F(EditLogTest, WhatWasAppendedIsReadBack) {
  append("Anna");
  EditLogWriter(path()).append({.op = EditOp::undo,
                                .whole = false,
                                .cast_id = "ann",
                                .show = "s",
                                .seeds = {"a1"},
                                .undoes = EditId{1}});
  const auto edits = read_edit_log(path()).edits;
  ASSERT_THAT(edits, SizeIs(2));
  EXPECT_EQ(edits[0].id, EditId{1});
  EXPECT_EQ(edits[0].op, EditOp::rename);
  EXPECT_EQ(edits[0].name, "Anna");
  EXPECT_EQ(edits[0].at, "2026-01-02T03:04:05Z");
  EXPECT_TRUE(edits[0].whole);
  ASSERT_THAT(edits[0].anchors, SizeIs(1));
  EXPECT_EQ(edits[0].anchors[0].time, MediaTime(from_seconds(1.6)));
  EXPECT_EQ(edits[0].anchors[0].box, (Box{203.1F, 196.4F, 266.8F, 279}));
  EXPECT_EQ(edits[0].anchors[0].track, TrackId{3});
  EXPECT_EQ(edits[0].anchors[0].run, "r1");
  EXPECT_EQ(edits[0].anchors[0].group, 1);
  EXPECT_EQ(edits[1].undoes, EditId{1});
  EXPECT_EQ(edits[1].cast_id, "ann");
  EXPECT_EQ(edits[1].show, "s");
  EXPECT_EQ(edits[1].seeds, std::vector<std::string>{"a1"});
  EXPECT_FALSE(edits[1].whole);
}

TEST_F(EditLogTest, NoLogIsAnEmptyLog) { EXPECT_THAT(read_edit_log(path()).edits, IsEmpty()); }

TEST_F(EditLogTest, ALastLineThatWasCutOffIsKeptAsideAndSaid) {
  append("Anna");
  add(R"({"edit_id":"e0002","at":"2026-01-)");
  EXPECT_THAT(read_edit_log(path()).warnings, ElementsAre(HasSubstr("was cut off")));
  EXPECT_THAT(names(), ElementsAre("Anna")) << "reading changes nothing";
  append("Berta");
  EXPECT_THAT(names(), ElementsAre("Anna", "Berta"));
  EXPECT_THAT(read_edit_log(path()).warnings, IsEmpty());
  EXPECT_EQ(read_text(in("people.jsonl.torn-1")), R"({"edit_id":"e0002","at":"2026-01-)");
}

TEST_F(EditLogTest, ZerosThatACrashLeftAreALineThatWasCutOff) {
  append("Anna");
  add(std::string_view("\0\0\0\0", 4));
  append("Berta");
  EXPECT_THAT(names(), ElementsAre("Anna", "Berta"));
}

TEST_F(EditLogTest, AWholeRowWithoutItsLineEndCounts) {
  append("Anna");
  const std::string text = read_text(path());
  put(path(), text.substr(0, text.size() - 1));
  EXPECT_THAT(names(), ElementsAre("Anna"));
  append("Berta");
  EXPECT_THAT(names(), ElementsAre("Anna", "Berta"));
}

TEST_F(EditLogTest, DamageBeforeTheLastLineIsRefusedWithItsPlace) {
  append("Anna");
  add("{broken\n");
  add(R"({"edit_id":"e0003","at":"","op":"rename","anchors":[]})"
      "\n");
  const Refusal refusal = refusal_of([&] { read_edit_log(path()); });
  EXPECT_EQ(refusal.kind, ErrorKind::bad_data);
  EXPECT_THAT(refusal.text, HasSubstr("line 2"));
}

TEST_F(EditLogTest, RowsThatAreNoDecisionsAreRefused) {
  for (const char* row : {R"({"op":"explode","edit_id":"e1","at":"","anchors":[]})",
                          "[]",
                          R"({"op":"merge","edit_id":"x","at":"","anchors":[]})",
                          R"({"op":"merge","edit_id":"e1","at":""})"}) {
    put(path(), std::string(row) + "\n");
    EXPECT_EQ(refusal_of([&] { read_edit_log(path()); }).kind, ErrorKind::bad_data) << row;
  }
}

TEST_F(EditLogTest, ASecondWriterIsBusy) {
  const EditLogWriter first(path());
  EXPECT_EQ(refusal_of([&] { EditLogWriter second(path()); }).kind, ErrorKind::busy);
}

TEST_F(EditLogTest, AnEpisodeThatIsNotThereIsNotMade) {
  EXPECT_EQ(refusal_of([&] { EditLogWriter(in("nobody") / "people.jsonl"); }).kind,
            ErrorKind::not_found);
  EXPECT_FALSE(std::filesystem::exists(in("nobody")));
}

TEST_F(EditLogTest, ACopyHoldsWholeLinesOnly) {
  EXPECT_EQ(read_edit_lines(path()), "");
  append("Anna");
  const std::string whole = read_text(path());
  EXPECT_EQ(read_edit_lines(path()), whole);
  add("{\"edit_id\":\"e00");
  EXPECT_EQ(read_edit_lines(path()), whole);
  put(path(), whole.substr(0, whole.size() - 1));  // its line end was cut off
  EXPECT_EQ(read_edit_lines(path()), whole);
}

TEST_F(EditLogTest, CopiesStandToEachOtherByHowTheyBegin) {
  EXPECT_EQ(compare_edit_logs("a\n", "a\n"), LogCopies::equal);
  EXPECT_EQ(compare_edit_logs("", ""), LogCopies::equal);
  EXPECT_EQ(compare_edit_logs("a\nb\n", "a\n"), LogCopies::ours_goes_on);
  EXPECT_EQ(compare_edit_logs("a\n", "a\nb\n"), LogCopies::theirs_goes_on);
  EXPECT_EQ(compare_edit_logs("", "a\n"), LogCopies::theirs_goes_on);
  EXPECT_EQ(compare_edit_logs("a\nb\n", "a\nc\n"), LogCopies::differ);
}

TEST_F(EditLogTest, OnlyDecisionsThatGoOnFromOursAreTakenOver) {
  append("Anna");
  const std::string first = read_text(path());
  append("Bert");
  const std::string both = read_text(path());
  put(path(), first);
  EXPECT_EQ(EditLogWriter(path()).take_over(both), LogCopies::theirs_goes_on);
  EXPECT_EQ(read_text(path()), both);
  EXPECT_EQ(EditLogWriter(path()).next_id(), EditId{3});
  EXPECT_EQ(EditLogWriter(path()).take_over(first), LogCopies::ours_goes_on);
  EXPECT_EQ(read_text(path()), both);
  put(path(), first);
  append("Carl");
  const std::string other = read_text(path());
  EXPECT_EQ(EditLogWriter(path()).take_over(both), LogCopies::differ);
  EXPECT_EQ(read_text(path()), other);
}

TEST_F(EditLogTest, ATornLineOfOursIsKeptAsideWhenOthersAreTakenOver) {
  append("Anna");
  const std::string first = read_text(path());
  append("Bert");
  const std::string both = read_text(path());
  put(path(), first + "{\"edit_");
  EXPECT_EQ(EditLogWriter(path()).take_over(both), LogCopies::theirs_goes_on);
  EXPECT_EQ(read_text(path()), both);
  EXPECT_EQ(read_text(in("people.jsonl.torn-1")), "{\"edit_");
}

TEST_F(EditLogTest, LinesFromElsewhereAreChecked) {
  append("Anna");
  const std::string line = read_text(path());
  check_edit_lines(line, "there");
  for (const std::string& bad :
       {line + "x\n", line.substr(0, line.size() - 1), line + "{\"edit", line + line}) {
    try {
      check_edit_lines(bad, "there");
      ADD_FAILURE() << bad;
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::bad_data);
      EXPECT_THAT(error.what(), HasSubstr("there"));
    }
  }
}

}  // namespace
}  // namespace screenalytics
