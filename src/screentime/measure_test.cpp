// SPDX-License-Identifier: MIT
#include "screentime/measure.h"

#include "core/error.h"
#include "screentime/spans.h"
#include "screentime/test_episode.h"

#include <array>
#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace screenalytics {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

TEST(ScreenTime, AddsUpThePersonOverTheEpisode) {
  const auto episode = MadeEpisode(1000).cut(500).track(0, 99).track(600, 649).track(620, 699);
  const EpisodeScreenTime result =
      measure_screen_time(episode.made(), {.identities = {person(1, {1, 2, 3})}}, {});
  ASSERT_EQ(result.people.size(), 1U);
  const ScreenTime& one = result.people[0];
  EXPECT_EQ(one.total, 8s);
  EXPECT_THAT(one.appearances, ElementsAre(span(0s, 4s), span(24s, 28s)));
  EXPECT_EQ(one.tracks, 3);
  EXPECT_EQ(one.shots, 2);
  EXPECT_EQ(one.error_bound, 0s);
  EXPECT_EQ(result.faced, 8s);
  EXPECT_EQ(result.episode, span(0s, 40s));
  EXPECT_EQ(result.sampled_frames, 1000);
  EXPECT_EQ(result.sampling_step, 40ms);
  EXPECT_THAT(result.shots[1].present, ElementsAre(Pair(IdentityId{1}, Duration(4s))));
}

TEST(ScreenTime, TellsWhoIsAloneAndWhoIsTogether) {
  const auto episode = MadeEpisode(1000).track(0, 499).track(250, 749).track(700, 799);
  const EpisodeScreenTime result =
      measure_screen_time(episode.made(), {.identities = {person(1, {1}), person(2, {2})}}, {});
  ASSERT_EQ(result.people.size(), 2U);
  EXPECT_EQ(result.people[0].alone, 10s);
  EXPECT_EQ(result.people[1].alone, 8s) << "the last two seconds beside a stranger";
  EXPECT_EQ(result.unknown.total, 4s);
  EXPECT_EQ(result.unknown.alone, 2s);
  EXPECT_EQ(result.unknown.tracks, 1);
  EXPECT_EQ(result.known, 30s);
  EXPECT_EQ(result.several, 10s);
  EXPECT_EQ(result.faced, 32s);
  EXPECT_THAT(result.together,
              ElementsAre(ElementsAre(Duration(20s), Duration(10s)),
                          ElementsAre(Duration(10s), Duration(20s))));
}

TEST(ScreenTime, LongestFirstThenByNumber) {
  const auto episode = MadeEpisode(1000).track(0, 99).track(200, 499).track(500, 599);
  const EpisodeScreenTime result = measure_screen_time(
      episode.made(),
      {.identities = {person(1, {1}), person(2, {3}), person(3, {2}), person(4, {})}},
      {});
  std::vector<std::int64_t> ids;
  for (const ScreenTime& one : result.people) ids.push_back(one.identity.value);
  EXPECT_THAT(ids, ElementsAre(3, 1, 2, 4));
  EXPECT_EQ(result.people[3].total, 0s);
}

TEST(ScreenTime, IgnoredTracksCountNowhere) {
  const auto episode = MadeEpisode(1000).track(0, 99).track(200, 499);
  const EpisodeScreenTime result = measure_screen_time(
      episode.made(), {.identities = {person(1, {1})}, .ignored = {TrackId{2}}}, {});
  EXPECT_EQ(result.faced, 4s);
  EXPECT_EQ(result.unknown.total, 0s);
}

TEST(ScreenTime, StrangersCountOnceAndAreNotBridged) {
  const auto episode = MadeEpisode(1000).track(0, 99).track(50, 99).track(110, 159);
  Identities nobody;
  for (int id = 1; id <= 3; ++id) nobody.unknown.push_back({{id}, "low_quality", 2});
  const EpisodeScreenTime result = measure_screen_time(episode.made(), nobody, {});
  EXPECT_THAT(result.people, IsEmpty());
  EXPECT_EQ(result.unknown.total, 6s);
  EXPECT_EQ(result.unknown.faces, 6);
  EXPECT_EQ(result.unknown.alone, 6s);
  EXPECT_EQ(result.known, 0s);
}

TEST(ScreenTime, SightingsThatNobodyLookedForAreRefused) {
  EpisodeLooks episode = MadeEpisode(100, 5).track(10, 20).made();
  episode.tracks[0].frames.push_back({21});
  EXPECT_THROW(measure_screen_time(episode, {}, {}), Error);
  EXPECT_THROW(measure_screen_time({}, {}, {}), Error);
}

/// Somebody random: on screen from frame to frame, a few times, and where the shots are cut.
struct Drawn {
  std::vector<std::int64_t> cuts;
  std::array<std::vector<std::pair<std::int64_t, std::int64_t>>, 4> people;  // first, last
};

constexpr std::int64_t kDrawnFrames = 3000;

/// Shots of 2 to 8 s; in each, a person is there all the time, from or until some frame, or not.
/// Presence and absence last long enough to be looked at once at every 12th frame.
Drawn draw(std::mt19937& random) {
  constexpr std::int64_t kShortest = 12;
  Drawn drawn;
  const auto in = [&](std::int64_t low, std::int64_t high) {
    return low + static_cast<std::int64_t>(random() % static_cast<unsigned>(high - low + 1));
  };
  for (std::int64_t first = 0; first < kDrawnFrames;) {
    std::int64_t end = first + in(50, 200);
    if (end + 50 > kDrawnFrames) end = kDrawnFrames;
    if (first > 0) drawn.cuts.push_back(first);
    for (auto& person : drawn.people) {
      const auto kind = in(0, 5);
      const std::int64_t change = in(first + kShortest, end - kShortest);
      if (kind == 0) person.emplace_back(first, end - 1);
      if (kind == 1) person.emplace_back(first, change - 1);
      if (kind == 2) person.emplace_back(change, end - 1);
    }
    first = end;
  }
  return drawn;
}

EpisodeScreenTime measured(const Drawn& drawn, std::int64_t stride) {
  MadeEpisode episode(kDrawnFrames, stride, 3s);
  for (const std::int64_t cut : drawn.cuts) episode.cut(cut);
  Identities who;
  std::int64_t track = 0;
  for (std::size_t i = 0; i < drawn.people.size(); ++i) {
    std::vector<std::int64_t> tracks;
    for (const auto& [first, last] : drawn.people[i]) {
      episode.track(first, last);
      tracks.push_back(++track);
    }
    // The last one stays a stranger.
    if (i + 1 < drawn.people.size())
      who.identities.push_back(person(static_cast<std::int64_t>(i) + 1, tracks));
  }
  return measure_screen_time(episode.made(), who, {.min_stretch = 0s});
}

Duration truth(const Drawn& drawn, std::int64_t person) {
  Duration sum{};
  for (const auto& [first, last] : drawn.people[static_cast<std::size_t>(person - 1)])
    sum += (last - first + 1) * MadeEpisode::kFrame;
  return sum;
}

TEST(ScreenTime, EveryFrameLookedAtGivesTheTruthAndOtherwiseItLiesWithinTheBound) {
  std::mt19937 random(1);
  for (int round = 0; round < 50; ++round) {
    const Drawn drawn = draw(random);
    for (const std::int64_t stride : {1, 2, 4, 5, 12}) {
      for (const ScreenTime& one : measured(drawn, stride).people) {
        const Duration error = one.total - truth(drawn, one.identity.value);
        EXPECT_LE(std::chrono::abs(error), one.error_bound);
        EXPECT_TRUE(stride > 1 || one.error_bound == 0s);
      }
    }
  }
}

TEST(ScreenTime, TheEstimateIsNeitherTooLongNorTooShortOnAverage) {
  std::mt19937 random(2);
  Duration error{}, spread{}, sum{};
  for (int round = 0; round < 200; ++round) {
    const Drawn drawn = draw(random);
    for (const ScreenTime& one : measured(drawn, 4).people) {
      const Duration here = one.total - truth(drawn, one.identity.value);
      error += here;
      spread += std::chrono::abs(here);
      sum += truth(drawn, one.identity.value);
    }
  }
  EXPECT_LT(to_seconds(std::chrono::abs(error)) / to_seconds(sum), 0.002);
  EXPECT_LT(to_seconds(spread) / to_seconds(sum), 0.02);
}

TEST(ScreenTime, TheSumsFitTogetherWhateverHappens) {
  std::mt19937 random(3);
  for (int round = 0; round < 50; ++round) {
    const EpisodeScreenTime result = measured(draw(random), 1 + round % 6);
    Duration of_all{}, of_pairs{};
    std::vector<TimeSpan> known;
    for (std::size_t i = 0; i < result.people.size(); ++i) {
      const ScreenTime& one = result.people[i];
      EXPECT_EQ(one.total, total(one.appearances));
      EXPECT_EQ(joined(one.appearances), one.appearances) << "sorted, disjoint, not touching";
      if (!one.appearances.empty()) {
        EXPECT_GE(one.appearances.front().begin, result.episode.begin);
        EXPECT_LE(one.appearances.back().end, result.episode.end);
      }
      std::vector<TimeSpan> others = result.unknown.appearances;
      for (std::size_t j = 0; j < result.people.size(); ++j) {
        const auto& theirs = result.people[j].appearances;
        EXPECT_EQ(result.together[i][j], shared(one.appearances, theirs));
        EXPECT_EQ(result.together[i][j], result.together[j][i]);
        if (j > i) of_pairs += result.together[i][j];
        if (j != i) others.insert(others.end(), theirs.begin(), theirs.end());
      }
      EXPECT_EQ(one.alone + shared(one.appearances, joined(others)), one.total);
      Duration by_shot{};
      for (const ShotPresence& shot : result.shots)
        if (shot.present.contains(one.identity)) by_shot += shot.present.at(one.identity);
      EXPECT_EQ(by_shot, one.total);
      of_all += one.total;
      known.insert(known.end(), one.appearances.begin(), one.appearances.end());
    }
    EXPECT_EQ(result.known, total(joined(known)));
    EXPECT_LE(result.several, of_pairs);
    EXPECT_LE(result.known + result.several, of_all);
    known.insert(known.end(), result.unknown.appearances.begin(), result.unknown.appearances.end());
    EXPECT_EQ(result.faced, total(joined(known)));
    EXPECT_LE(result.faced, result.episode.length());
  }
}

}  // namespace
}  // namespace screenalytics
