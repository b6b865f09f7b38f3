// SPDX-License-Identifier: MIT
#include "identify/identities.h"

#include <cmath>
#include <numbers>
#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace screenalytics {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;
using namespace std::chrono_literals;

Embedding at_angle(double degrees) {
  const double turn = degrees * std::numbers::pi / 180;
  return *Embedding::normalised(
      {static_cast<float>(std::cos(turn)), static_cast<float>(std::sin(turn))});
}

TrackFacts fact(std::int64_t id, std::chrono::seconds begin, double degrees, double quality = 0.5) {
  return {.id = {id},
          .seen = {MediaTime(begin), MediaTime(begin + 1s)},
          .faces = 3,
          .embedding = at_angle(degrees),
          .quality = quality,
          .thumb = "thumbs/" + std::to_string(id) + ".jpg"};
}

TEST(Identities, HaveIdsInOrderOfFirstAppearanceAndTheBestFaceInFront) {
  const std::vector facts{fact(1, 9s, 0), fact(2, 4s, 90, 0.9), fact(3, 2s, 88, 0.1)};
  const auto people =
      make_identities(facts,
                      {{.tracks = {0}}, {.tracks = {1, 2}, .cast = CastMatch{"ann", 0.7}}},
                      {{"ann", "Ann Lee"}},
                      {});
  ASSERT_EQ(people.size(), 2U);
  EXPECT_EQ(people[0].id, IdentityId{1});
  EXPECT_EQ(people[0].name, "Ann Lee");
  EXPECT_EQ(people[0].cast_id, "ann");
  EXPECT_THAT(people[0].tracks, ElementsAre(TrackId{2}, TrackId{3}));
  EXPECT_EQ(people[0].faces, 6);
  EXPECT_EQ(people[0].representative, TrackId{2});
  EXPECT_EQ(people[0].thumb, "thumbs/2.jpg");
  EXPECT_EQ(people[1].name, "Person 2");
  EXPECT_FALSE(people[1].label);
}

TEST(Identities, CohesionIsHighForTightAndLowForUnlikeTracksAndOneForASingle) {
  const std::vector facts{fact(1, 0s, 0),
                          fact(2, 1s, 5),
                          fact(3, 2s, 10),
                          fact(4, 3s, 0),
                          fact(5, 4s, 90),
                          fact(6, 5s, 180),
                          fact(7, 6s, 0)};
  const auto people = make_identities(
      facts, {{.tracks = {0, 1, 2}}, {.tracks = {3, 4, 5}}, {.tracks = {6}}}, {}, {});
  EXPECT_GT(people[0].cohesion, 0.7);
  EXPECT_FALSE(people[0].low_cohesion);
  EXPECT_LT(people[1].cohesion, 0.4);
  EXPECT_TRUE(people[1].low_cohesion);
  EXPECT_DOUBLE_EQ(people[2].cohesion, 1.0);
  EXPECT_DOUBLE_EQ(people[2].min_similarity, 1.0);
}

/// Five people with four tracks each, noise 0.01 a number of 512, as in the old system's test.
TEST(Identities, FiveNoisyPeopleGiveFiveIdentitiesWithFewSingletons) {
  std::vector<Embedding> faces;
  for (unsigned person = 0; person < 5; ++person) {
    std::mt19937 dice(42 + person);
    std::normal_distribution<float> normal;
    std::vector<float> mean(512);
    for (float& value : mean) value = normal(dice) / std::sqrt(512.0F);
    for (int track = 0; track < 4; ++track) {
      std::vector<float> raw = mean;
      for (float& value : raw) value += 0.01F * normal(dice);
      faces.push_back(*Embedding::normalised(std::move(raw)));
    }
  }
  const auto grouping = group_tracks({faces, std::vector<Witness>(faces.size()), {}, 0.65}, {});
  Identities found;
  std::vector<TrackFacts> facts;
  for (std::size_t i = 0; i < faces.size(); ++i) {
    facts.push_back(fact(static_cast<std::int64_t>(i) + 1, std::chrono::seconds(i), 0));
    facts.back().embedding = faces[i];
  }
  std::vector<PersonDraft> people;
  for (const auto& tracks : grouping.people) people.push_back({.tracks = tracks});
  found.identities = make_identities(facts, people, {}, {});
  const auto stats = measure(found, facts);
  EXPECT_EQ(stats.clusters, 5);
  EXPECT_EQ(stats.singletons, 0);
  EXPECT_DOUBLE_EQ(stats.largest_fraction, 0.2);
  EXPECT_EQ(stats.faces, 60);
  EXPECT_THAT(advice(stats, found.identities), IsEmpty());
}

TEST(Identities, AdviceNamesManySingletonsALargestAndMixedTracks) {
  IdentityStats stats{.clusters = 10,
                      .tracks = 40,
                      .mixed_tracks = 2,
                      .singletons = 9,
                      .singleton_fraction = 0.9,
                      .largest = 31,
                      .largest_fraction = 0.775};
  const auto lines = advice(stats, {});
  ASSERT_EQ(lines.size(), 3U);
  EXPECT_THAT(lines[0], HasSubstr("90 %"));
  EXPECT_THAT(lines[1], HasSubstr("78 %"));
  EXPECT_THAT(lines[2], HasSubstr("coherence_warning"));
}

TEST(NameGroups, VotesNameAGroupAndGroupsOfOneMemberBecomeOne) {
  const std::vector tracks{at_angle(0), at_angle(4), at_angle(60), at_angle(180)};
  const std::vector<Seed> seeds{
      {"ann", at_angle(0)}, {"ann", at_angle(62)}, {"bob", at_angle(120)}};
  const auto naming = name_groups(tracks, {{0, 1}, {2}, {3}}, seeds, {}, {});
  ASSERT_EQ(naming.groups.size(), 2U);
  EXPECT_THAT(naming.groups[0].tracks, ElementsAre(0, 1, 2));
  EXPECT_EQ(naming.groups[0].cast->cast_id, "ann");
  EXPECT_EQ(naming.groups[1].cast->cast_id, "bob");
  EXPECT_THAT(naming.conflicts, IsEmpty());
}

TEST(NameGroups, TwoGroupsOfOneMemberOnScreenAtOnceAreAConflict) {
  const std::vector tracks{at_angle(10), at_angle(2)};
  const std::vector<Seed> seeds{{"ann", at_angle(0)}};
  const auto naming = name_groups(tracks, {{0}, {1}}, seeds, {.seen = {{0, 1}}}, {});
  ASSERT_EQ(naming.groups.size(), 2U);
  EXPECT_FALSE(naming.groups[0].cast);
  EXPECT_EQ(naming.groups[1].cast->cast_id, "ann") << "nearer to the seed";
  ASSERT_EQ(naming.conflicts.size(), 1U);
  EXPECT_EQ(naming.conflicts[0].kind, "seen_together");
  EXPECT_THAT(naming.conflicts[0].tracks, ElementsAre(0));
}

TEST(NameGroups, StrongVotesForTwoMembersAreReported) {
  const std::vector tracks{at_angle(0), at_angle(1), at_angle(2), at_angle(90), at_angle(91)};
  const std::vector<Seed> seeds{{"ann", at_angle(0)}, {"bob", at_angle(90)}};
  const auto naming = name_groups(tracks, {{0, 1, 2, 3, 4}}, seeds, {}, {});
  EXPECT_EQ(naming.groups[0].cast->cast_id, "ann");
  ASSERT_EQ(naming.conflicts.size(), 1U);
  EXPECT_EQ(naming.conflicts[0].kind, "two_seeds");
  EXPECT_THAT(naming.conflicts[0].text, HasSubstr("'bob' (2 tracks)"));
}

TEST(NameGroups, OneVoteInManyIsNoName) {
  std::vector<Embedding> tracks(9, at_angle(80));
  tracks.push_back(at_angle(0));
  const auto naming = name_groups(
      tracks, {{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}}, std::vector<Seed>{{"ann", at_angle(0)}}, {}, {});
  EXPECT_FALSE(naming.groups[0].cast);
}

Sighting look(std::int64_t frame, Box box, FaceQuality quality, float score = 0.9F) {
  return {.frame = {frame},
          .time = MediaTime(frame * 40ms),
          .detection = {.box = box, .score = score},
          .quality = quality};
}

TEST(TrackFacts, SmallBlurredDoubtfulAndIncoherentTracksHaveAWeakVoice) {
  const auto doubt = [](FaceQuality quality, float score, const KeptFaces& kept = {3, 3, true}) {
    const Track track{.id = {1}, .sightings = {look(0, {0, 0, 9, 9}, quality, score)}};
    return facts_of(track, kept, std::nullopt, {}).doubt;
  };
  const FaceQuality good{.contrast = 40, .blur = 200, .size = 60, .total = 0.7F};
  EXPECT_EQ(doubt(good, 0.9F), "");
  EXPECT_EQ(doubt({.contrast = 40, .blur = 200, .size = 27, .total = 0.7F}, 0.9F), "too_small");
  EXPECT_EQ(doubt({.contrast = 40, .blur = 10, .size = 60, .total = 0.7F}, 0.9F), "blurry");
  EXPECT_EQ(doubt(good, 0.6F), "not_a_face");
  EXPECT_EQ(doubt(good, 0.9F, {.kept = 5, .agreeing = 2, .coherent = false}), "incoherent");
  EXPECT_EQ(doubt(good, 0.9F, {.kept = 5, .agreeing = 4, .coherent = false}), "");
}

TEST(TrackFacts, ATrackKnownBySkippedFacesIsSilentWithTheSupportOfOne) {
  const FaceQuality sharp{.contrast = 40, .blur = 200, .size = 60, .total = 0.7F};
  const Track track{.id = {1}, .sightings = {look(0, {0, 0, 9, 9}, sharp)}};
  const auto skipped = facts_of(track, {.agreeing = 3, .from_skipped = true}, at_angle(0), {});
  EXPECT_EQ(skipped.voice, Voice::silent) << "however good another look was";
  EXPECT_EQ(skipped.doubt, "blurry");
  EXPECT_EQ(skipped.support, 1);
  const auto kept = facts_of(track, {.kept = 4, .agreeing = 3}, at_angle(0), {});
  EXPECT_EQ(kept.voice, Voice::full);
  EXPECT_EQ(kept.support, 3);
}

TEST(Identities, SilentTracksSayNothingAboutCohesion) {
  std::vector facts{fact(1, 1s, 0), fact(2, 2s, 2), fact(3, 3s, 80)};
  facts[2].voice = Voice::silent;
  const auto people = make_identities(facts, {{.tracks = {0, 1, 2}}}, {}, {});
  EXPECT_GT(people[0].min_similarity, 0.99);
  EXPECT_THAT(people[0].tracks, testing::SizeIs(3));
}

TEST(TrackFacts, OneGoodLookIsEnough) {
  const Track track{
      .id = {1},
      .sightings = {look(0, {}, {.blur = 5, .size = 20}), look(1, {}, {.blur = 100, .size = 80})}};
  EXPECT_EQ(facts_of(track, {2, 2, true}, std::nullopt, {}).voice, Voice::full);
}

TEST(TrackFacts, TracksAreSeenTogetherInAFrameUnlessTheirBoxesAreOneFace) {
  const Track left{.id = {1},
                   .sightings = {look(0, {0, 0, 10, 10}, {}), look(5, {0, 0, 10, 10}, {})}};
  const Track right{.id = {2}, .sightings = {look(5, {50, 0, 60, 10}, {})}};
  const Track twice{.id = {3}, .sightings = {look(5, {1, 1, 11, 11}, {})}};
  const Track later{.id = {4}, .sightings = {look(6, {0, 0, 10, 10}, {})}};
  const std::vector<const Track*> tracks{&left, &right, &twice, &later};
  EXPECT_THAT(seen_together(tracks), ElementsAre(Pair(0, 1), Pair(1, 2)));
}

TEST(TrackFacts, WhoShowsThroughADissolveMayBeThePersonOfTheOtherShot) {
  const Track before{.id = {1},
                     .sightings = {look(0, {0, 0, 10, 10}, {}), look(50, {0, 0, 10, 10}, {})}};
  const Track through{.id = {2}, .sightings = {look(50, {50, 0, 60, 10}, {})}};
  const std::vector<const Track*> tracks{&before, &through};
  EXPECT_THAT(seen_together(tracks), ElementsAre(Pair(0, 1)));
  const std::vector<MediaTime> cut{MediaTime(53 * 40ms)}, far{MediaTime(70 * 40ms)};
  EXPECT_THAT(seen_together(tracks, cut), testing::IsEmpty());
  EXPECT_THAT(seen_together(tracks, far), ElementsAre(Pair(0, 1)));
}

TEST(TrackFacts, ADissolveWithoutACutHandsAPersonOver) {
  const auto followed = [](std::int64_t from, std::int64_t to, float left) {
    Track track;
    for (std::int64_t frame = from; frame <= to; frame += 4)
      track.sightings.push_back(look(frame, {left, 0, left + 10, 10}, {}));
    return track;
  };
  const Track before = followed(0, 80, 0), after = followed(80, 160, 50);
  const Track longer = followed(60, 160, 50), inside = followed(40, 80, 50);
  const auto seen = [](const Track& first, const Track& second) {
    return !seen_together(std::vector<const Track*>{&first, &second}).empty();
  };
  EXPECT_FALSE(seen(before, after));
  EXPECT_FALSE(seen(after, before));
  EXPECT_TRUE(seen(before, longer)) << "on screen together for 0.8 s";
  EXPECT_TRUE(seen(before, inside)) << "ends with the other";
  EXPECT_TRUE(seen(before, followed(80, 100, 50))) << "seen alone in few frames";
}

}  // namespace
}  // namespace screenalytics
