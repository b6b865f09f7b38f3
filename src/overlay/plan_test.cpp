// SPDX-License-Identifier: MIT
#include "overlay/plan.h"

#include "core/error.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace screenalytics {
namespace {

using std::chrono::milliseconds;

MediaTime at(int ms) { return MediaTime(milliseconds(ms)); }

Track track(std::int64_t id, std::vector<int> times, float left = 0) {
  Track made{.id = {id}, .shot = {0}};
  for (const int ms : times)
    made.sightings.push_back({.frame = {ms / 40},
                              .time = at(ms),
                              .detection = {.box = {left, 0, left + 10, 10}, .score = 1}});
  return made;
}

/// Tracks 1 and 2 are Anna's, 3 is Bert's, 4 unknown, 5 ignored.
FoundFaces two_people() {
  FoundFaces found;
  found.tracks = {track(1, {0, 200, 400}),
                  track(2, {1200, 1400}),
                  track(3, {0, 200, 400, 600}, 50),
                  track(4, {200}, 100),
                  track(5, {400}, 150)};
  for (int i = 0; i <= 10; ++i)
    found.samples.push_back({{5 * i}, {at(200 * i), at(200 * i + 40)}, {0}});
  found.shots = {{{0}, {0}, {at(0), at(2040)}}};
  Identities people;
  people.identities = {
      {.id = {1}, .name = "Anna", .label = "Anna", .cast_id = "anna_a", .tracks = {{1}, {2}}},
      {.id = {2}, .name = "Person 2", .tracks = {{3}}}};
  people.unknown = {{.track = {4}, .reason = "low_quality"}};
  people.ignored = {{5}};
  found.identities = people;
  return found;
}

std::vector<std::string> hidden(const OverlayPlan& plan) {
  std::vector<std::string> names;
  for (const FacePath& path : plan.paths) names.push_back(plan.people[path.who].name);
  std::ranges::sort(names);
  return names;
}

using Names = std::vector<std::string>;

TEST(OverlayPlan, DrawsEveryTrackUnderTheNameOfItsPerson) {
  const OverlayPlan plan = plan_overlay(two_people(), {});
  EXPECT_EQ(hidden(plan), (Names{"Anna", "Anna", "Person 2", "ignored", "unknown"}));
  EXPECT_EQ(plan.people[0].colour, colour_of_person(1));
  EXPECT_EQ(plan.paths[0].shown, (TimeSpan{at(0), at(500)}));
}

TEST(OverlayPlan, WithoutPeopleTracksHaveNumbers) {
  FoundFaces found = two_people();
  found.identities.reset();
  EXPECT_EQ(hidden(plan_overlay(found, {})),
            (Names{"Track 1", "Track 2", "Track 3", "Track 4", "Track 5"}));
  EXPECT_EQ(hidden(plan_overlay(found, {BlurMode::only, {"Track 3"}})), (Names{"Track 3"}));
}

TEST(OverlayPlan, BlursEverybodyAlsoTheUnknownTheIgnoredAndLooseFaces) {
  FoundFaces found = two_people();
  found.loose = {{at(800), {200, 0, 210, 10}}};
  EXPECT_EQ(hidden(plan_overlay(found, {BlurMode::everybody, {}})),
            (Names{"", "Anna", "Person 2", "ignored", "unknown"}));
}

TEST(OverlayPlan, KeepsTheChosenClearHoweverTheyAreCalled) {
  for (const char* name : {"Anna", "anna", "anna_a", "id_0001", "ID_0001"}) {
    EXPECT_EQ(hidden(plan_overlay(two_people(), {BlurMode::all_but, {name}})),
              (Names{"Person 2", "ignored", "unknown"}))
        << name;
  }
  EXPECT_EQ(hidden(plan_overlay(two_people(), {BlurMode::all_but, {"Anna", "Person 2"}})),
            (Names{"ignored", "unknown"}));
}

TEST(OverlayPlan, BlursOnlyTheNamed) {
  FoundFaces found = two_people();
  found.loose = {{at(800), {200, 0, 210, 10}}};
  EXPECT_EQ(hidden(plan_overlay(found, {BlurMode::only, {"id_0002"}})), (Names{"Person 2"}));
}

TEST(OverlayPlan, AHiddenPersonThatWasLostForAMomentStaysHidden) {
  const OverlayPlan plan = plan_overlay(two_people(), {BlurMode::only, {"Anna"}});
  ASSERT_EQ(plan.paths.size(), 1U);
  EXPECT_EQ(plan.paths[0].looks.size(), 5U);
  EXPECT_EQ(plan.paths[0].shown, (TimeSpan{MediaTime::min(), at(1640)}));
}

TEST(OverlayPlan, ALooseFaceInAGapOfSomebodyClearIsThatPersons) {
  FoundFaces found = two_people();
  found.tracks[2] = track(3, {0, 600}, 50);
  found.loose = {{at(200), {51, 0, 61, 10}}, {at(200), {80, 0, 90, 10}}};
  EXPECT_EQ(hidden(plan_overlay(found, {BlurMode::all_but, {"id_0002"}})),
            (Names{"", "Anna", "ignored", "unknown"}));
  EXPECT_EQ(hidden(plan_overlay(found, {BlurMode::everybody, {}})),
            (Names{"", "", "Anna", "Person 2", "ignored", "unknown"}));
}

TEST(OverlayPlan, NamesThatNobodyOrSeveralHaveAreRefused) {
  const auto refusal = [](const FoundFaces& found, const BlurChoice& choice) {
    try {
      plan_overlay(found, choice);
    } catch (const Error& error) {
      return std::pair{error.kind(), std::string(error.what())};
    }
    return std::pair{ErrorKind::internal, std::string()};
  };
  const auto [kind, text] = refusal(two_people(), {BlurMode::only, {"Carl"}});
  EXPECT_EQ(kind, ErrorKind::not_found);
  EXPECT_NE(text.find("'Carl'"), std::string::npos) << text;
  EXPECT_NE(text.find("Person 2 (id_0002)"), std::string::npos) << text;
  FoundFaces twins = two_people();
  twins.identities->identities[1].name = "Anna";
  EXPECT_EQ(refusal(twins, {BlurMode::all_but, {"Anna"}}).first, ErrorKind::bad_usage);
  EXPECT_EQ(hidden(plan_overlay(twins, {BlurMode::only, {"Anna"}})), (Names{"Anna", "Anna"}));
  EXPECT_EQ(refusal({}, {BlurMode::only, {"Anna"}}).first, ErrorKind::not_found);
}

}  // namespace
}  // namespace screenalytics
