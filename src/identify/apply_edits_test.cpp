// SPDX-License-Identifier: MIT
#include "identify/apply_edits.h"

#include <gmock/gmock.h>

namespace screenalytics {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::vector<TrackId> ids(std::initializer_list<std::int64_t> values) {
  std::vector<TrackId> list;
  for (const std::int64_t value : values) list.push_back({value});
  return list;
}

Identity person(std::int64_t id, std::initializer_list<std::int64_t> tracks) {
  return {.id = {id}, .name = "Person " + std::to_string(id), .tracks = ids(tracks)};
}

Identities clusters(std::vector<Identity> people) { return {.identities = std::move(people)}; }

ResolvedEdit edit(std::int64_t id,
                  EditOp op,
                  std::vector<std::vector<TrackId>> groups,
                  const std::string& name = "") {
  return {.edit = {.id = {id}, .op = op, .name = name}, .groups = std::move(groups)};
}

ResolvedEdit of_tracks(ResolvedEdit one) {
  one.edit.whole = false;
  return one;
}

Identities after(Identities start, const std::vector<ResolvedEdit>& edits) {
  return apply_edits(std::move(start), edits, {}).identities;
}

/// "1:1,3 Anna" for id 1 with tracks 1 and 3.
std::vector<std::string> table(const Identities& identities) {
  std::vector<std::string> lines;
  for (const Identity& one : identities.identities) {
    std::string line = std::to_string(one.id.value) + ":";
    for (const TrackId track : one.tracks)
      line += (line.back() == ':' ? "" : ",") + std::to_string(track.value);
    lines.push_back(line + (one.label ? " " + *one.label : ""));
  }
  return lines;
}

TEST(ApplyEdits, NothingChangesWithoutDecisions) {
  const auto result = apply_edits(clusters({person(1, {1}), person(2, {2})}), {}, {});
  EXPECT_THAT(table(result.identities), ElementsAre("1:1", "2:2"));
  EXPECT_FALSE(result.identities.identities[0].edited);
  EXPECT_EQ(result.applied, 0);
}

TEST(ApplyEdits, MergeKeepsTheFirstNameAndTheLowestNumber) {
  Identities start = clusters({person(1, {1}), person(2, {2}), person(3, {3})});
  start.identities[0].label = start.identities[0].name = "Zed";
  start.identities[2].label = start.identities[2].name = "Anna";
  const Identities now = after(start, {edit(1, EditOp::merge, {ids({3}), ids({1})})});
  EXPECT_THAT(table(now), ElementsAre("1:1,3 Anna", "2:2"));
  EXPECT_TRUE(now.identities[0].edited);
  EXPECT_FALSE(now.identities[1].edited);
}

TEST(ApplyEdits, MergeWithANamelessPersonKeepsTheOnlyName) {
  Identities start = clusters({person(1, {1}), person(2, {2})});
  start.identities[1].label = start.identities[1].name = "Anna";
  EXPECT_THAT(table(after(start, {edit(1, EditOp::merge, {ids({1}), ids({2})})})),
              ElementsAre("1:1,2 Anna"));
}

TEST(ApplyEdits, MergeTakesClustersThatMostlyShowTheseFacesAndOnlyStraysOfOthers) {
  // Seen as one: tracks 1..4 and 5..7. Now 5, 6 lie in a cluster of their own, 7 among strangers.
  const auto now =
      after(clusters({person(1, {1, 2, 3, 4, 20}), person(2, {5, 6}), person(3, {7, 8, 9, 10})}),
            {edit(1, EditOp::merge, {ids({1, 2, 3, 4}), ids({5, 6, 7})})});
  EXPECT_THAT(table(now), ElementsAre("1:1,2,3,4,5,6,7,20", "3:8,9,10"));
}

TEST(ApplyEdits, SplitMakesANewPersonAndLeavesTheRest) {
  const auto now = after(clusters({person(1, {1, 3, 7, 9}), person(2, {2})}),
                         {of_tracks(edit(4, EditOp::split, {ids({3, 7}), ids({1, 9})}))});
  EXPECT_THAT(table(now), ElementsAre("1:1,9", "2:2", "6:3,7"));
}

TEST(ApplyEdits, SplitOfWhatClusteringAlreadySeparatedOnlyJoinsItsParts) {
  const auto now = after(clusters({person(1, {1, 9}), person(2, {3}), person(3, {7})}),
                         {of_tracks(edit(4, EditOp::split, {ids({3, 7}), ids({1, 9})}))});
  EXPECT_THAT(table(now), ElementsAre("1:1,9", "2:3,7"));
}

TEST(ApplyEdits, ALaterSplitWinsOverAMergeAndTheOtherWayRound) {
  const auto merge = edit(1, EditOp::merge, {ids({1}), ids({2})});
  const auto split = of_tracks(edit(2, EditOp::split, {ids({2}), ids({1})}));
  const auto again = edit(3, EditOp::merge, {ids({1}), ids({2})});
  const Identities start = clusters({person(1, {1}), person(2, {2})});
  EXPECT_THAT(table(after(start, {merge, split})), ElementsAre("1:1", "4:2"));
  EXPECT_THAT(table(after(start, {merge, split, again})), ElementsAre("1:1,2"));
}

TEST(ApplyEdits, RenameMergesWithNobody) {
  Identities start = clusters({person(1, {1}), person(2, {2})});
  start.identities[0].label = start.identities[0].name = "Anna";
  EXPECT_THAT(table(after(start, {edit(1, EditOp::rename, {ids({2})}, "Anna")})),
              ElementsAre("1:1 Anna", "2:2 Anna"));
}

TEST(ApplyEdits, ALaterNameForTheSameFacesWins) {
  EXPECT_THAT(table(after(clusters({person(1, {1, 2})}),
                          {edit(1, EditOp::rename, {ids({1, 2})}, "Ana"),
                           edit(2, EditOp::rename, {ids({1, 2})}, "Anna")})),
              ElementsAre("1:1,2 Anna"));
}

TEST(ApplyEdits, TwoPeopleWithNamesStayTwoWhenALaterClusteringJoinsThem) {
  EXPECT_THAT(table(after(clusters({person(1, {1, 2, 3, 4, 5})}),
                          {edit(1, EditOp::rename, {ids({1, 2, 3})}, "Anna"),
                           edit(2, EditOp::rename, {ids({4, 5})}, "Berta")})),
              ElementsAre("1:1,2,3 Anna", "3:4,5 Berta"));
}

TEST(ApplyEdits, ANameOnPiecesOfAPersonIsOnEachAndSaid) {
  const auto now = after(clusters({person(1, {1, 2}), person(2, {3})}),
                         {edit(1, EditOp::rename, {ids({1, 2, 3})}, "Anna")});
  EXPECT_THAT(table(now), ElementsAre("1:1,2 Anna", "2:3 Anna"));
  ASSERT_EQ(now.conflicts.size(), 1U);
  EXPECT_THAT(now.conflicts[0].text, AllOf(HasSubstr("id_0001 id_0002"), HasSubstr("e0001")));
}

TEST(ApplyEdits, AssignTakesTracksFromAnywhere) {
  Identities start = clusters({person(1, {1, 4}), person(2, {2})});
  start.unknown = {{{3}, "low_quality", 1}, {{5}, "low_quality", 1}};
  start.ignored = ids({6});
  const auto now = after(start, {of_tracks(edit(1, EditOp::assign, {ids({3, 4, 6}), ids({2})}))});
  EXPECT_THAT(table(now), ElementsAre("1:1", "2:2,3,4,6"));
  ASSERT_EQ(now.unknown.size(), 1U);
  EXPECT_EQ(now.unknown[0].track, TrackId{5});
  EXPECT_THAT(now.ignored, IsEmpty());
}

TEST(ApplyEdits, AssignToANewNameOrCastMemberMakesAPerson) {
  auto cast = of_tracks(edit(2, EditOp::assign, {ids({3})}, "Carl Lee"));
  cast.edit.cast_id = "carl";
  const auto now = after(clusters({person(1, {1, 2, 3})}),
                         {of_tracks(edit(1, EditOp::assign, {ids({2})}, "Berta")), cast});
  EXPECT_THAT(table(now), ElementsAre("1:1", "2:2 Berta", "3:3 Carl Lee"));
  EXPECT_EQ(now.identities[2].cast_id, "carl");
}

TEST(ApplyEdits, AssignToACastMemberFindsThePersonOfTheSeeds) {
  Identities start = clusters({person(1, {1}), person(2, {2})});
  start.identities[1].cast_id = "carl";
  auto cast = of_tracks(edit(1, EditOp::assign, {ids({1})}, "Carl Lee"));
  cast.edit.cast_id = "carl";
  EXPECT_THAT(table(after(start, {cast})), ElementsAre("2:1,2"));
}

TEST(ApplyEdits, IgnoredTracksAreListedAndALaterAssignBringsThemBack) {
  const auto ignore = edit(1, EditOp::ignore, {ids({1, 2})});
  const auto back = of_tracks(edit(2, EditOp::assign, {ids({2})}, "Anna"));
  const Identities start = clusters({person(1, {1, 2, 3}), person(2, {4, 5, 6})});
  const auto gone = after(start, {ignore});
  EXPECT_THAT(table(gone), ElementsAre("2:4,5,6")) << "most of person 1 was seen: all of it goes";
  EXPECT_EQ(gone.ignored, ids({1, 2, 3}));
  const auto now = after(start, {ignore, back});
  EXPECT_THAT(table(now), ElementsAre("2:4,5,6", "4:2 Anna"));
  EXPECT_EQ(now.ignored, ids({1, 3}));
}

TEST(ApplyEdits, IgnoringSingleTracksLeavesThePerson) {
  const auto now =
      after(clusters({person(1, {1, 2})}), {of_tracks(edit(1, EditOp::ignore, {ids({1})}))});
  EXPECT_THAT(table(now), ElementsAre("1:2"));
  EXPECT_EQ(now.ignored, ids({1}));
}

TEST(ApplyEdits, WhatWasNotFoundIsReportedAndCounted) {
  auto partly = of_tracks(edit(2, EditOp::ignore, {ids({2})}));
  partly.lost = 1;
  const std::vector<ResolvedEdit> edits{
      edit(1, EditOp::rename, {{}}, "Anna"), partly, edit(3, EditOp::merge, {ids({1}), {}})};
  const auto result = apply_edits(clusters({person(1, {1, 2})}), edits, {});
  EXPECT_THAT(table(result.identities), ElementsAre("1:1"));
  EXPECT_EQ(result.applied, 1);
  EXPECT_EQ(result.unresolved, 3);
  ASSERT_EQ(result.identities.conflicts.size(), 3U);
  EXPECT_EQ(result.identities.conflicts[0].kind, "edit");
  EXPECT_THAT(result.identities.conflicts[0].text, HasSubstr("e0001 (rename 'Anna')"));
}

TEST(ApplyEdits, AMergeOfTwoWhoAreOnScreenTogetherHoldsAndIsReported) {
  std::vector<Track> tracks(2);
  for (std::int64_t i = 0; i < 2; ++i) {
    tracks[static_cast<std::size_t>(i)].id = {i + 1};
    tracks[static_cast<std::size_t>(i)].sightings = {
        {.frame = {25}, .time = MediaTime(std::chrono::seconds(1))}};
  }
  const std::vector<ResolvedEdit> edits{edit(1, EditOp::merge, {ids({1}), ids({2})})};
  const auto result = apply_edits(clusters({person(1, {1}), person(2, {2})}), edits, tracks);
  EXPECT_THAT(table(result.identities), ElementsAre("1:1,2"));
  ASSERT_EQ(result.identities.conflicts.size(), 1U);
  EXPECT_THAT(result.identities.conflicts[0].text,
              AllOf(HasSubstr("tracks 1 and 2"), HasSubstr("1.00 s")));
}

}  // namespace
}  // namespace screenalytics
