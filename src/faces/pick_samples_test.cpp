// SPDX-License-Identifier: MIT
#include "faces/pick_samples.h"

#include "faces/test_faces.h"

#include <limits>
#include <numeric>

#include <gmock/gmock.h>

namespace screenalytics {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::sighting;

std::vector<Sighting> track_of(const std::vector<float>& totals) {
  std::vector<Sighting> sightings;
  for (const float total : totals) {
    sightings.push_back(sighting(static_cast<std::int64_t>(sightings.size()) * 100, total));
  }
  return sightings;
}

std::vector<std::size_t> all_of(const std::vector<Sighting>& sightings) {
  std::vector<std::size_t> good(sightings.size());
  std::iota(good.begin(), good.end(), std::size_t{0});
  return good;
}

TEST(PickSamples, TakesTheBestOfEachSpan) {
  const auto track = track_of({0.9F, 0.8F, 0.7F, 0.95F, 0.1F, 0.3F});
  EXPECT_THAT(pick_samples(track, all_of(track), {.max_samples = 3}), ElementsAre(0, 3, 5));
}

TEST(PickSamples, FillsUpByQualityWhereASpanHasNothingGood) {
  const auto track = track_of({0.9F, 0.8F, 0.7F, 0.6F, 0.5F, 0.4F, 0.3F, 0.2F, 0.1F});
  const std::vector<std::size_t> good{0, 1, 2, 8};
  EXPECT_THAT(pick_samples(track, good, {.max_samples = 3}), ElementsAre(0, 1, 8));
}

TEST(PickSamples, SpansAreEqualInTimeNotInSightings) {
  std::vector<Sighting> track;
  for (int i = 0; i < 8; ++i) track.push_back(sighting(i * 10, 0.9F));  // a burst
  track.push_back(sighting(10'000, 0.2F));
  EXPECT_THAT(pick_samples(track, all_of(track), {.max_samples = 2}), ElementsAre(0, 8));
}

TEST(PickSamples, GivesAllWhenThereAreFewOrWhenAllAreAskedFor) {
  const auto track = track_of({0.5F, 0.6F, 0.7F, 0.8F});
  EXPECT_THAT(pick_samples(track, all_of(track), {.max_samples = 5}), ElementsAre(0, 1, 2, 3));
  const std::vector<std::size_t> good{1, 3};
  EXPECT_THAT(pick_samples(track, good, {.samples = SampleChoice::all, .max_samples = 1}),
              ElementsAre(1, 3));
}

TEST(PickSamples, TiesGoToTheEarlierSighting) {
  const auto track = track_of({0.5F, 0.5F, 0.5F, 0.5F});
  EXPECT_THAT(pick_samples(track, all_of(track), {.max_samples = 1}), ElementsAre(0));
  EXPECT_THAT(pick_samples(track, all_of(track), {.max_samples = 3}), ElementsAre(0, 1, 2));
}

TEST(PickSamples, WorksOnOneInstantAndOnQualitiesThatAreNone) {
  std::vector<Sighting> track{sighting(0, 0.4F)};
  EXPECT_THAT(pick_samples(track, all_of(track), {}), ElementsAre(0));
  track = track_of({0.1F, std::numeric_limits<float>::quiet_NaN(), 0.0F, 0.2F});
  EXPECT_THAT(pick_samples(track, all_of(track), {.max_samples = 2}), ElementsAre(0, 3));
}

TEST(PickSamples, GivesNothingForNothing) {
  const auto track = track_of({0.5F});
  EXPECT_THAT(pick_samples(track, {}, {}), IsEmpty());
  EXPECT_THAT(pick_samples(track, all_of(track), {.max_samples = 0}), IsEmpty());
}

}  // namespace
}  // namespace screenalytics
