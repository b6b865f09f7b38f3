// SPDX-License-Identifier: MIT
#include "screentime/season.h"

#include "screentime/test_episode.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace screenalytics {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

ScreenTime row(std::int64_t id, const std::string& name, Duration total) {
  return {.identity = {id},
          .name = name,
          .named = true,
          .total = total,
          .error_bound = 100ms,
          .alone = total / 2,
          .appearances = {span(0s, total)}};
}

ScreenTime cast(std::int64_t id, const std::string& cast_id, Duration total) {
  ScreenTime one = row(id, "the " + cast_id, total);
  one.cast_id = cast_id;
  return one;
}

ScreenTime nameless(std::int64_t id, Duration total) {
  ScreenTime one = row(id, "Person " + std::to_string(id), total);
  one.named = false;
  return one;
}

EpisodeResult episode(const std::string& id, std::vector<ScreenTime> people) {
  return {.ep_id = id,
          .show = "show",
          .time = {.episode = span(0s, 100s),
                   .people = std::move(people),
                   .unknown = {.total = 1s, .appearances = {span(0s, 1s)}},
                   .faced = 30s}};
}

std::vector<std::string> names(const Season& season) {
  std::vector<std::string> all;
  for (const SeasonPerson& person : season.people) all.push_back(person.name);
  return all;
}

TEST(Season, AddsUpByCastIdWhateverTheNameAndNumberAre) {
  ScreenTime renamed = cast(7, "ann", 5s);
  renamed.name = "Ann Lee-Smith";
  const Season season =
      roll_up(std::vector{episode("e1", {cast(1, "ann", 10s)}), episode("e2", {renamed})});
  ASSERT_EQ(season.people.size(), 1U);
  const SeasonPerson& ann = season.people[0];
  EXPECT_EQ(ann.total, 15s);
  EXPECT_EQ(ann.error_bound, 200ms);
  EXPECT_EQ(ann.alone, 7500ms);
  EXPECT_EQ(ann.episodes, 2);
  EXPECT_EQ(ann.appearances, 2);
  EXPECT_THAT(ann.parts[1].identities, ElementsAre(IdentityId{7}));
  EXPECT_EQ(season.length, 200s);
  EXPECT_EQ(season.faced, 60s);
  EXPECT_EQ(season.unknown.total, 2s);
}

TEST(Season, AddsUpByNameWhereThereIsNoCastId) {
  const Season season =
      roll_up(std::vector{episode("e1", {row(1, "Guest", 4s), row(2, "Other", 9s)}),
                          episode("e2", {row(1, "Other", 1s), row(3, "Guest", 2s)})});
  EXPECT_THAT(names(season), ElementsAre("Other", "Guest"));
  EXPECT_EQ(season.people[0].total, 10s);
}

TEST(Season, ANameFindsItsCastMember) {
  const Season season = roll_up(
      std::vector{episode("e1", {row(1, "the ann", 4s)}), episode("e2", {cast(1, "ann", 3s)})});
  ASSERT_EQ(season.people.size(), 1U);
  EXPECT_EQ(season.people[0].total, 7s);
  EXPECT_EQ(season.people[0].cast_id, "ann");
}

TEST(Season, ANameOfTwoCastMembersIsNeither) {
  ScreenTime twin = cast(2, "ann2", 3s);
  twin.name = "the ann";
  const Season season = roll_up(std::vector{episode("e1", {cast(1, "ann", 4s), twin}),
                                            episode("e2", {row(1, "the ann", 1s)})});
  EXPECT_EQ(season.people.size(), 3U);
}

TEST(Season, TheSameCastIdInAnotherShowIsSomebodyElse) {
  EpisodeResult other = episode("e2", {cast(1, "ann", 3s)});
  other.show = "another";
  other.time.people[0].name = "Ann Other";
  const Season season = roll_up(std::vector{episode("e1", {cast(1, "ann", 4s)}), other});
  EXPECT_THAT(names(season), ElementsAre("the ann", "Ann Other"));
}

TEST(Season, TheNamelessStayApartAndComeLast) {
  const Season season = roll_up(std::vector{episode("e1", {nameless(1, 40s), row(2, "Guest", 1s)}),
                                            episode("e2", {nameless(1, 50s)})});
  EXPECT_THAT(names(season), ElementsAre("Guest", "Person 1", "Person 1"));
  EXPECT_EQ(season.people[1].parts[0].episode, 1U);
  EXPECT_FALSE(season.people[1].named);
}

TEST(Season, TwoIdentitiesOfOnePersonInAnEpisodeCountOnceWhereTheyOverlap) {
  const Season season =
      roll_up(std::vector{episode("e1", {cast(1, "ann", 4s), cast(2, "ann", 3s)})});
  ASSERT_EQ(season.people.size(), 1U);
  EXPECT_EQ(season.people[0].episodes, 1);
  EXPECT_EQ(season.people[0].total, 4s);
}

TEST(Season, NoEpisodeIsAnEmptySeason) {
  const Season season = roll_up({});
  EXPECT_TRUE(season.people.empty());
  EXPECT_EQ(season.length, 0s);
}

}  // namespace
}  // namespace screenalytics
