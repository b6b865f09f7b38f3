// SPDX-License-Identifier: MIT
#include "run/label_frames.h"

#include "core/error.h"

#include <gmock/gmock.h>

namespace screenalytics {
namespace {

using testing::ElementsAre;

TruthRegion region(std::int64_t first, std::int64_t last, const char* person, Box box) {
  return {.first = {first}, .last = {last}, .person = person, .box = box};
}

TrackRecord track(std::int64_t id, std::vector<std::pair<std::int64_t, Box>> faces) {
  TrackRecord record{.track = {.id = {id}}};
  for (const auto& [frame, box] : faces) {
    Sighting sighting{.frame = {frame}};
    sighting.detection.box = box;
    record.track.sightings.push_back(sighting);
  }
  return record;
}

const Box kLeft{0, 0, 10, 10};
const Box kRight{20, 0, 30, 10};

Truth two_people() {
  Truth truth{.people = {"A", "B"}, .frames = 10, .fps = 10};
  truth.regions = {region(0, 5, "A", kLeft), region(2, 3, "B", kRight)};
  return truth;
}

std::vector<SampledFrame> every_second_frame() {
  std::vector<SampledFrame> samples;
  for (std::int64_t frame = 0; frame < 10; frame += 2) samples.push_back({.frame = {frame}});
  return samples;
}

TEST(FrameLabels, ComparesOnlyOnSampledFrames) {
  const Truth truth = two_people();
  const auto samples = every_second_frame();
  const FrameLabels labels(truth, samples);
  const std::vector tracks{track(1, {{0, kLeft}, {1, kLeft}, {2, kLeft}}), track(2, {{2, kRight}})};
  const auto frames = labels.tracks(tracks, by_track(tracks));
  ASSERT_EQ(frames.size(), 5U);
  EXPECT_THAT(frames[0].truth, ElementsAre(0));
  EXPECT_THAT(frames[1].truth, ElementsAre(0, 1));
  EXPECT_THAT(frames[1].tracked, ElementsAre(0, 1));
  EXPECT_THAT(frames[1].similarity, ElementsAre(1, 0, 0, 1));
  EXPECT_THAT(frames[4].truth, testing::IsEmpty());
}

TEST(FrameLabels, AFaceOnARegionThatHardlyShowsCountsNeitherWay) {
  Truth truth = two_people();
  truth.regions[1].visible = 0.2;
  const auto samples = every_second_frame();
  const FrameLabels labels(truth, samples);
  const std::vector tracks{track(2, {{2, kRight}})};
  const auto frames = labels.tracks(tracks, by_track(tracks));
  EXPECT_THAT(frames[1].truth, ElementsAre(0));
  EXPECT_THAT(frames[1].tracked, testing::IsEmpty());
}

TEST(FrameLabels, InRegionsTheMiddleOfTheFaceDecidesFrontFirst) {
  Truth truth = two_people();
  truth.tight = false;
  truth.regions = {region(0, 0, "A", {0, 0, 30, 10}), region(0, 0, "B", kRight)};
  truth.regions[1].order = 1;
  const auto samples = every_second_frame();
  const FrameLabels labels(truth, samples);
  const std::vector tracks{track(1, {{0, {22, 2, 28, 8}}})};
  const auto frames = labels.tracks(tracks, by_track(tracks));
  EXPECT_THAT(frames[0].truth, ElementsAre(1, 0));  // front to back
  EXPECT_THAT(frames[0].similarity, ElementsAre(1, 0));
}

TEST(FrameLabels, ItemsAreFacesOfPeopleNotOfUnknownTracks) {
  const Truth truth = two_people();
  const auto samples = every_second_frame();
  const FrameLabels labels(truth, samples);
  const std::vector tracks{track(1, {{0, kLeft}, {2, kLeft}}), track(2, {{2, kRight}})};
  Identities identities;
  identities.identities.push_back({.id = {1}, .name = "x", .tracks = {{1}}});
  identities.unknown.push_back({{2}, "low_quality", 0});
  const auto items = labels.items(tracks, identities);
  ASSERT_EQ(items.size(), 2U);
  EXPECT_EQ(items[0].truth, 0U);
  EXPECT_EQ(items[1].cluster, 0U);
}

TEST(TrackNumbersTest, UnknownTracksAreOnTheirOwnAndIgnoredOnesAreNotThere) {
  Identities identities;
  identities.identities.push_back({.id = {1}, .name = "x", .tracks = {{1}, {4}}});
  identities.unknown = {{{2}, "low_quality", 0}, {{3}, "low_quality", 0}};
  identities.ignored = {{5}};
  const auto numbers = by_identity(identities);
  EXPECT_EQ(numbers.at({1}), numbers.at({4}));
  EXPECT_NE(numbers.at({2}), numbers.at({3}));
  EXPECT_FALSE(numbers.contains({5}));
}

TEST(PresenceOf, SpansEndWhereTheNextFrameBegins) {
  Truth truth = two_people();
  truth.regions.push_back(region(6, 7, "A", kLeft));
  truth.regions.back().visible = 0.3;
  const Json manifest = {{"input", {{"fps", 25}, {"start_ts", 5}}}};
  const auto people = presence_of(truth, clock_of(truth, manifest));
  ASSERT_EQ(people.size(), 2U);
  EXPECT_EQ(people[0].on.at(0).begin, MediaTime(from_seconds(5)));
  EXPECT_EQ(people[0].on.at(0).end, MediaTime(from_seconds(5.6)));
  EXPECT_EQ(people[0].maybe.at(0).end, MediaTime(from_seconds(5.8)));
}

TEST(PresenceOf, DroppedFramesKeepTheirTimes) {
  Truth truth = two_people();
  truth.shown_at = {0, 1, 4, 5, 6, 9};
  const Json manifest = {{"input", {{"fps", 25}, {"start_ts", 0}}}};
  const auto clock = clock_of(truth, manifest);
  EXPECT_EQ(clock(2), MediaTime(from_seconds(0.4)));
  EXPECT_EQ(clock(6), MediaTime(from_seconds(1.0)));  // one after the last
}

}  // namespace
}  // namespace screenalytics
