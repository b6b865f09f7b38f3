// SPDX-License-Identifier: MIT
#include "screentime/presence.h"

#include "core/error.h"
#include "screentime/test_episode.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace screenalytics {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

/// All tracks of the episode as one person.
OnScreen presence(const MadeEpisode& made,
                  const ScreenTimeOptions& options = {},
                  Bridging bridging = Bridging::person) {
  const EpisodeLooks episode = made.made();
  const Looks looks(episode.samples, episode.shots);
  std::vector<TrackLooks> tracks;
  for (const TrackFrames& track : episode.tracks) {
    tracks.emplace_back();
    for (const FrameIndex frame : track.frames) tracks.back().push_back(looks.find(frame).value());
  }
  return find_presence(looks, tracks, options, bridging);
}

std::vector<TimeSpan> shown(const OnScreen& found) {
  std::vector<TimeSpan> spans;
  for (const Stretch& stretch : found.stretches) spans.push_back(stretch.shown);
  return spans;
}

TEST(Presence, LookingAtEveryFrameTheBordersAreThoseOfTheFrames) {
  const OnScreen found = presence(MadeEpisode(100).track(10, 29));
  EXPECT_THAT(shown(found), ElementsAre(span(400ms, 1200ms)));
  EXPECT_EQ(found.stretches[0].sure, found.stretches[0].shown);
  EXPECT_EQ(found.stretches[0].possible, found.stretches[0].shown);
}

TEST(Presence, BetweenLooksAnEdgeLiesInTheMiddleOfWhatNobodySaw) {
  const OnScreen found = presence(MadeEpisode(100, 5).track(8, 42));
  // Seen on frames 10 to 40, not on 5 and 45: the face came between the end of 5 and 10.
  EXPECT_THAT(shown(found), ElementsAre(span((240ms + 400ms) / 2, (1640ms + 1800ms) / 2)));
  EXPECT_EQ(found.stretches[0].sure, span(400ms, 1640ms));
  EXPECT_EQ(found.stretches[0].possible, span(240ms, 1800ms));
}

TEST(Presence, ACutBringsPeopleInAndTakesThemAway) {
  const OnScreen found = presence(MadeEpisode(100, 5).cut(22).cut(63).track(22, 62));
  EXPECT_THAT(shown(found), ElementsAre(span(22 * 40ms, 63 * 40ms)));
  EXPECT_EQ(found.stretches[0].possible, span(21 * 40ms, 65 * 40ms));
}

TEST(Presence, TheVideoBringsThemInAndTakesThemAwayToo) {
  const OnScreen found = presence(MadeEpisode(98, 5, 5s).track(0, 97));
  EXPECT_THAT(shown(found), ElementsAre(span(5s, 5s + 98 * 40ms)));
}

TEST(Presence, ACutWithThePersonOnBothSidesIsNoBreak) {
  const OnScreen found = presence(MadeEpisode(100, 5).cut(48).track(20, 47).track(48, 70));
  EXPECT_THAT(shown(found), ElementsAre(span(720ms, 2920ms)));
  EXPECT_EQ(found.bridged, 0s);
}

TEST(Presence, GapsUpToTheLimitAreBridgedInsideAShot) {
  const MadeEpisode made = MadeEpisode(200).track(10, 29).again(60, 89);
  EXPECT_THAT(shown(presence(made)), ElementsAre(span(400ms, 3600ms)));
  EXPECT_EQ(presence(made).bridged, 1200ms);
  EXPECT_THAT(shown(presence(made, {.bridge_gap = 1199ms})),
              ElementsAre(span(400ms, 1200ms), span(2400ms, 3600ms)));
}

TEST(Presence, GapsBesideACutAreNotBridged) {
  const MadeEpisode made = MadeEpisode(200).cut(40).track(10, 29).track(42, 89);
  EXPECT_THAT(shown(presence(made)), ElementsAre(span(400ms, 1200ms), span(1680ms, 3600ms)));
}

TEST(Presence, AFaceLostJustBeforeACutIsNotBridgedOverIt) {
  const MadeEpisode made = MadeEpisode(200).cut(40).track(10, 37).track(40, 89);
  EXPECT_THAT(shown(presence(made)), ElementsAre(span(400ms, 1520ms), span(1600ms, 3600ms)));
}

TEST(Presence, GapsBetweenStrangersAreNotBridged) {
  const MadeEpisode two = MadeEpisode(200).track(10, 29).track(40, 59);
  EXPECT_EQ(shown(presence(two, {}, Bridging::track)).size(), 2U);
  const MadeEpisode one = MadeEpisode(200).track(10, 29).again(40, 59);
  EXPECT_EQ(shown(presence(one, {}, Bridging::track)).size(), 1U);
}

TEST(Presence, WhatIsSurelyTooShortIsDroppedAndCounted) {
  const OnScreen found = presence(MadeEpisode(200).track(10, 13).track(100, 104));
  EXPECT_THAT(shown(found), ElementsAre(span(4s, 4200ms)));
  EXPECT_EQ(found.dropped, 1);
}

TEST(Presence, ASingleLookIsKeptWhereLooksAreFarApart) {
  const OnScreen found = presence(MadeEpisode(200, 4).track(99, 102));
  EXPECT_THAT(shown(found), ElementsAre(span(3940ms, 4100ms))) << "0.16 s as estimated";
  EXPECT_EQ(found.dropped, 0);
}

TEST(Presence, WhatBridgesIsNotDropped) {
  const OnScreen found = presence(MadeEpisode(200).track(10, 12).again(20, 22));
  EXPECT_THAT(shown(found), ElementsAre(span(400ms, 920ms)));
}

TEST(Presence, TracksThatOverlapCountOnce) {
  EXPECT_THAT(shown(presence(MadeEpisode(200).track(10, 59).track(30, 69))),
              ElementsAre(span(400ms, 2800ms)));
}

TEST(Presence, NoTrackIsNoPresence) {
  EXPECT_THAT(presence(MadeEpisode(10)).stretches, IsEmpty());
  EXPECT_THAT(presence(MadeEpisode(0)).stretches, IsEmpty());
}

TEST(Looks, WhatDoesNotFitTogetherIsRefused) {
  EpisodeLooks episode = MadeEpisode(10).made();
  std::swap(episode.samples[3], episode.samples[4]);
  EXPECT_THROW(Looks(episode.samples, episode.shots), Error);
  episode = MadeEpisode(10).made();
  episode.samples[3].shot = {1};
  EXPECT_THROW(Looks(episode.samples, episode.shots), Error);
  episode.samples[3].shot = {-1};
  EXPECT_THROW(Looks(episode.samples, episode.shots), Error);
}

}  // namespace
}  // namespace screenalytics
