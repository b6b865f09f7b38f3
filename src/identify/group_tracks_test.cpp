// SPDX-License-Identifier: MIT
#include "identify/group_tracks.h"

#include <cmath>
#include <numbers>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace screenalytics {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

/// In the plane of two axes of three.
Embedding at_angle(double degrees, int axis = 1) {
  const double turn = degrees * std::numbers::pi / 180;
  std::vector<float> raw(3, 0.0F);
  raw[0] = static_cast<float>(std::cos(turn));
  raw[static_cast<std::size_t>(axis)] = static_cast<float>(std::sin(turn));
  return *Embedding::normalised(std::move(raw));
}

struct Scene {
  std::vector<Embedding> tracks;
  std::vector<Witness> witnesses;
  LinkageRules rules;
  GroupOptions options;

  void add(double degrees, Voice voice = Voice::full, int axis = 1) {
    tracks.push_back(at_angle(degrees, axis));
    witnesses.push_back({voice});
  }
  std::vector<std::size_t> settled(std::vector<std::vector<std::size_t>>& people) const {
    return settle_silent({tracks, witnesses, rules, 0.35}, options, people);
  }
  Grouping grouped() const { return group_tracks({tracks, witnesses, rules, 0.35}, options); }
};

TEST(GroupTracks, GroupsByAverageDistance) {
  Scene scene;
  for (const double angle : {0.0, 90.0, 5.0, 95.0, 10.0}) scene.add(angle);
  EXPECT_THAT(scene.grouped().people, ElementsAre(ElementsAre(0, 2, 4), ElementsAre(1, 3)));
}

TEST(GroupTracks, TracksOfManyFacesMustBeNearerThanSingleFaces) {
  Scene scene;
  scene.options.straggler_tracks = 0;
  for (const double angle : {0.0, 48.0}) scene.add(angle);  // a distance of 0.33
  EXPECT_THAT(scene.grouped().people, ElementsAre(ElementsAre(0, 1)));
  for (Witness& one : scene.witnesses) one.faces = 5;
  EXPECT_THAT(scene.grouped().people, ElementsAre(ElementsAre(0), ElementsAre(1)));
  scene.options.support.common = 1;
  EXPECT_THAT(scene.grouped().people, ElementsAre(ElementsAre(0, 1)));
}

TEST(GroupTracks, WeakTracksNeverBringTwoPeopleTogether) {
  Scene scene;
  for (const double angle : {0.0, 4.0, 8.0, 80.0, 84.0, 88.0}) scene.add(angle);
  for (int i = 0; i < 12; ++i) scene.add(30 + 2.5 * i, Voice::weak);
  const auto grouping = scene.grouped();
  ASSERT_GE(grouping.people.size(), 2U);
  EXPECT_EQ(grouping.people[0].front(), 0U);
  for (const auto& person : grouping.people) {
    const bool first = std::ranges::find(person, 0U) != person.end();
    const bool second = std::ranges::find(person, 3U) != person.end();
    EXPECT_FALSE(first && second);
  }
  for (Witness& one : scene.witnesses) one.voice = Voice::full;
  EXPECT_LT(scene.grouped().people.size(), grouping.people.size() + grouping.left.size());
}

TEST(GroupTracks, AWeakTrackFollowsTheNearestPersonByALead) {
  Scene scene;
  for (const double angle : {0.0, 2.0, 90.0, 92.0}) scene.add(angle);
  scene.add(20, Voice::weak);
  scene.add(46, Voice::weak);
  const auto grouping = scene.grouped();
  EXPECT_THAT(grouping.people, ElementsAre(ElementsAre(0, 1, 4), ElementsAre(2, 3)));
  EXPECT_THAT(grouping.left, ElementsAre(5)) << "as near to one as to the other";
}

TEST(GroupTracks, AWeakTrackNeverFollowsAPersonOnScreenAtOnce) {
  Scene scene;
  for (const double angle : {0.0, 2.0}) scene.add(angle);
  scene.add(1, Voice::weak);
  scene.add(3, Voice::weak);
  scene.rules.seen = {{0, 2}, {2, 3}};
  const auto grouping = scene.grouped();
  EXPECT_THAT(grouping.people, ElementsAre(ElementsAre(0, 1, 3)));
  EXPECT_THAT(grouping.left, ElementsAre(2));
}

TEST(GroupTracks, EnoughWeakTracksThatAgreeAreAPersonOfTheirOwn) {
  Scene scene;
  for (const double angle : {0.0, 2.0}) scene.add(angle);
  for (const double angle : {80.0, 84.0, 88.0}) scene.add(angle, Voice::weak);
  scene.add(80, Voice::weak, 2);
  const auto grouping = scene.grouped();
  EXPECT_THAT(grouping.people, ElementsAre(ElementsAre(0, 1), ElementsAre(2, 3, 4)));
  EXPECT_THAT(grouping.left, ElementsAre(5));
}

TEST(GroupTracks, AStragglerJoinsTheOnePersonItIsClearlyNearestTo) {
  Scene scene;
  for (const double angle : {0.0, 4.0, 8.0}) scene.add(angle);
  scene.add(57);
  scene.add(120);
  EXPECT_THAT(scene.grouped().people, ElementsAre(ElementsAre(0, 1, 2, 3), ElementsAre(4)));
  scene.options.straggler_tracks = 0;
  EXPECT_THAT(scene.grouped().people,
              ElementsAre(ElementsAre(0, 1, 2), ElementsAre(3), ElementsAre(4)));
}

TEST(GroupTracks, ATrackThatADecisionJoinsHasAFullVoice) {
  Scene scene;
  for (const double angle : {0.0, 2.0}) scene.add(angle);
  scene.add(120, Voice::weak);
  scene.rules.together = {{1, 2}};
  const auto grouping = scene.grouped();
  EXPECT_THAT(grouping.left, IsEmpty());
  bool together = false;
  for (const auto& person : grouping.people) {
    together |= std::ranges::find(person, 1U) != person.end() &&
                std::ranges::find(person, 2U) != person.end();
  }
  EXPECT_TRUE(together);
}

TEST(GroupTracks, SilentTracksChangeNothingAboutTheOthers) {
  Scene scene;
  for (const double angle : {0.0, 4.0, 8.0, 80.0, 84.0, 88.0}) scene.add(angle);
  scene.add(46, Voice::weak);
  const auto before = scene.grouped();
  for (int i = 0; i < 12; ++i) scene.add(30 + 2.5 * i, Voice::silent);
  const auto after = scene.grouped();
  EXPECT_EQ(after.people, before.people);
  EXPECT_EQ(after.left, before.left);
}

TEST(GroupTracks, SilentTracksFollowTheNearestPersonByALead) {
  Scene scene;
  for (const double angle : {0.0, 2.0, 90.0, 92.0}) scene.add(angle);
  for (const double angle : {20.0, 46.0, 75.0}) scene.add(angle, Voice::silent);
  auto people = scene.grouped().people;
  EXPECT_THAT(scene.settled(people), ElementsAre(5)) << "as near to one as to the other";
  EXPECT_THAT(people, ElementsAre(ElementsAre(0, 1, 4), ElementsAre(2, 3, 6)));
}

TEST(GroupTracks, ASilentTrackNeverFollowsAPersonOnScreenAtOnce) {
  Scene scene;
  for (const double angle : {0.0, 2.0}) scene.add(angle);
  for (const double angle : {1.0, 1.5, 3.0}) scene.add(angle, Voice::silent);
  scene.rules.seen = {{0, 2}, {3, 4}};
  auto people = scene.grouped().people;
  EXPECT_THAT(scene.settled(people), ElementsAre(2, 4)) << "the surer of two on screen at once";
  EXPECT_THAT(people, ElementsAre(ElementsAre(0, 1, 3)));
}

TEST(GroupTracks, SilentTracksAreNoPeopleOfTheirOwn) {
  Scene scene;
  for (const double angle : {80.0, 82.0, 84.0, 86.0}) scene.add(angle, Voice::silent);
  auto people = scene.grouped().people;
  EXPECT_THAT(people, IsEmpty());
  EXPECT_THAT(scene.settled(people), ElementsAre(0, 1, 2, 3));
}

TEST(GroupTracks, ASilentTrackThatADecisionJoinsHasAFullVoice) {
  Scene scene;
  scene.add(0);
  scene.add(120, Voice::silent);
  scene.rules.together = {{0, 1}};
  auto people = scene.grouped().people;
  EXPECT_THAT(people, ElementsAre(ElementsAre(0, 1)));
  EXPECT_THAT(scene.settled(people), IsEmpty()) << "it has its place";
}

TEST(GroupTracks, NothingGivesNothing) {
  const auto grouping = Scene().grouped();
  EXPECT_THAT(grouping.people, IsEmpty());
  EXPECT_THAT(grouping.left, IsEmpty());
}

}  // namespace
}  // namespace screenalytics
