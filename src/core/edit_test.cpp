// SPDX-License-Identifier: MIT
#include "core/edit.h"

#include "core/error.h"

#include <gmock/gmock.h>

namespace screenalytics {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

Edit edit(std::int64_t id, EditOp op = EditOp::rename) { return {.id = {id}, .op = op}; }
Edit undo(std::int64_t id, std::int64_t of) {
  return {.id = {id}, .op = EditOp::undo, .undoes = EditId{of}};
}

std::vector<std::int64_t> held(const std::vector<Edit>& log) {
  std::vector<std::int64_t> ids;
  for (const Edit& one : edits_in_force(log)) ids.push_back(one.id.value);
  return ids;
}

TEST(Edits, AnUndoneEditDoesNotHold) {
  EXPECT_THAT(held({edit(1), edit(2), undo(3, 1)}), ElementsAre(2));
}

TEST(Edits, AnUndoOfAnUndoIsARedo) {
  EXPECT_THAT(held({edit(1), undo(2, 1), undo(3, 2)}), ElementsAre(1));
  EXPECT_THAT(held({edit(1), undo(2, 1), undo(3, 2), undo(4, 3)}), IsEmpty());
}

TEST(Edits, IdsAreReadWithAndWithoutTheirLetter) {
  EXPECT_EQ(to_text(EditId{7}), "e0007");
  EXPECT_EQ(read_edit_id("e0007"), EditId{7});
  EXPECT_EQ(read_edit_id("12"), EditId{12});
  for (const char* wrong : {"", "e", "0", "e-1", "7x", "id_0001"})
    EXPECT_EQ(read_edit_id(wrong), std::nullopt) << wrong;
}

TEST(Edits, OpsAreReadAsTheyAreWritten) {
  for (const EditOp op : {EditOp::merge, EditOp::split, EditOp::undo})
    EXPECT_EQ(read_edit_op(name_of(op)), op);
  EXPECT_EQ(read_edit_op("explode"), std::nullopt);
}

TEST(PersonNames, AreTrimmedAndMayBeOfAnyLanguage) {
  EXPECT_EQ(checked_person_name("  Zo\xC3\xAB  Li\xC3\xA9nard \n"), "Zo\xC3\xAB  Li\xC3\xA9nard");
  EXPECT_EQ(checked_person_name("\xE3\x80\x80\xE6\x9D\x8E\xE5\xA8\x9C"),
            "\xE6\x9D\x8E\xE5\xA8\x9C");
}

TEST(PersonNames, ThatCannotBeShownAreRefused) {
  for (const char* wrong : {"",
                            "  \t",
                            "a\tb",
                            "a\x1B[31m",
                            "\xFF",
                            "\xC0\xAF",
                            "a\xE2\x80\xAE"
                            "b",
                            "id_0001",
                            "\xED\xA0\x80",
                            "\xC3"})
    EXPECT_THROW(checked_person_name(wrong), Error) << wrong;
  EXPECT_THROW(checked_person_name(std::string(201, 'x')), Error);
}

}  // namespace
}  // namespace screenalytics
