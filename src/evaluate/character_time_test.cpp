// SPDX-License-Identifier: MIT
#include "evaluate/character_time.h"

#include <gtest/gtest.h>

namespace screenalytics {
namespace {

using std::chrono::seconds;

TimeSpan span(double begin, double end) {
  return {MediaTime(from_seconds(begin)), MediaTime(from_seconds(end))};
}
Presence on(const char* name, std::vector<TimeSpan> spans) { return {name, std::move(spans), {}}; }

TEST(CharacterTime, IsZeroWhenEverySecondIsRight) {
  const std::vector<Presence> truth{on("A", {span(0, 4)}), on("B", {span(2, 6)})};
  const std::vector<Presence> measured{on("id_1", {span(2, 6)}), on("id_2", {span(0, 4)})};
  const auto result = character_time(truth, measured);
  EXPECT_EQ(result.error(), 0);
  EXPECT_EQ(result.truth, seconds(8));
  EXPECT_EQ(result.people.at(0).identity, 1U);
  EXPECT_EQ(result.people.at(1).correct, seconds(4));
}

TEST(CharacterTime, ASecondGivenToSomebodyElseCountsOnce) {
  const std::vector<Presence> truth{on("A", {span(0, 5)}), on("B", {span(5, 9)})};
  const std::vector<Presence> measured{on("a", {span(0, 4)}), on("b", {span(4, 9)})};
  const auto result = character_time(truth, measured);
  EXPECT_EQ(result.wrong, seconds(1));
  EXPECT_EQ(result.missed, seconds(0));
  EXPECT_EQ(result.extra, seconds(0));
  EXPECT_DOUBLE_EQ(result.error(), 1.0 / 9);
}

TEST(CharacterTime, MissedAndExtraSecondsAreToldApart) {
  const std::vector<Presence> truth{on("A", {span(0, 4)})};
  const auto result = character_time(truth, std::vector{on("a", {span(1, 6)})});
  EXPECT_EQ(result.missed, seconds(1));
  EXPECT_EQ(result.extra, seconds(2));
  EXPECT_EQ(result.people.at(0).measured, seconds(5));
}

TEST(CharacterTime, APersonInTwoPiecesKeepsTheLongerOne) {
  const std::vector<Presence> truth{on("A", {span(0, 10)})};
  const std::vector<Presence> measured{on("a", {span(0, 3)}), on("b", {span(3, 10)})};
  const auto result = character_time(truth, measured);
  EXPECT_EQ(result.people.at(0).identity, 1U);
  EXPECT_EQ(result.wrong, seconds(3));
}

TEST(CharacterTime, UndecidedTimeCountsNeitherWay) {
  const std::vector<Presence> truth{{"A", {span(0, 4)}, {span(4, 6)}}};
  for (const double end : {4.0, 5.0, 6.0}) {
    const auto result = character_time(truth, std::vector{on("a", {span(0, end)})});
    EXPECT_EQ(result.error(), 0) << end;
    EXPECT_EQ(result.people.at(0).measured, seconds(4)) << end;
  }
}

TEST(CharacterTime, NobodyFoundIsAllMissed) {
  const std::vector<Presence> truth{on("A", {span(0, 4)})};
  EXPECT_DOUBLE_EQ(character_time(truth, {}).error(), 1);
  EXPECT_DOUBLE_EQ(character_time({}, {}).error(), 0);
}

}  // namespace
}  // namespace screenalytics
