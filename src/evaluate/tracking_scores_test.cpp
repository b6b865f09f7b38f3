// SPDX-License-Identifier: MIT
#include "evaluate/tracking_scores.h"

#include <gtest/gtest.h>

namespace screenalytics {
namespace {

LabelledFrame pair(std::size_t person, std::size_t track, double similarity) {
  return {{person}, {track}, {similarity}};
}

TEST(DetectionScores, CountsFoundMissedAndFalseFaces) {
  const std::vector<LabelledFrame> frames{
      {{0, 1}, {4, 5, 6}, {0.9, 0.1, 0.0, 0.2, 0.4, 0.0}},  // 0 found; 1 only at IoU 0.4
      {{0}, {}, {}}};
  const auto scores = detection_scores(frames);
  EXPECT_EQ(scores.truth, 3);
  EXPECT_EQ(scores.found, 3);
  EXPECT_EQ(scores.matched, 1);
  EXPECT_DOUBLE_EQ(scores.recall, 1.0 / 3);
  EXPECT_DOUBLE_EQ(scores.precision, 1.0 / 3);
}

TEST(DetectionScores, ASwitchIsAPersonUnderAnotherNumberAlsoAfterAPause) {
  const std::vector<LabelledFrame> frames{
      pair(0, 0, 0.9), {{0}, {}, {}}, pair(0, 1, 0.9), pair(0, 1, 0.9), pair(0, 0, 0.9)};
  EXPECT_EQ(detection_scores(frames).switches, 2);
}

TEST(DetectionScores, APairThatGoesOnIsKeptBeforeABetterOne) {
  const std::vector<LabelledFrame> frames{pair(0, 0, 0.9), {{0}, {0, 1}, {0.6, 0.9}}};
  EXPECT_EQ(detection_scores(frames).switches, 0);
}

TEST(IdentityScores, AssignsEachPersonOneTrackForTheWholeVideo) {
  const std::vector<LabelledFrame> frames{
      pair(0, 0, 0.9), pair(0, 0, 0.9), pair(0, 0, 0.9), pair(0, 1, 0.9)};
  const auto scores = identity_scores(frames);
  EXPECT_DOUBLE_EQ(scores.idf1, 0.75);
  EXPECT_DOUBLE_EQ(scores.idp, 0.75);
  EXPECT_DOUBLE_EQ(scores.idr, 0.75);
}

TEST(HotaScores, IsOneForPerfectTracksAndZeroForNone) {
  const std::vector<LabelledFrame> perfect{pair(0, 0, 1), pair(0, 0, 1)};
  EXPECT_NEAR(hota_scores(perfect).hota, 1, 1e-12);
  const std::vector<LabelledFrame> nothing{{{0}, {}, {}}};
  EXPECT_EQ(hota_scores(nothing).hota, 0);
}

TEST(HotaScores, HalfOfTheThresholdsPassAtSimilarityOneHalf) {
  const auto scores = hota_scores(std::vector{pair(0, 0, 0.5)});
  EXPECT_NEAR(scores.det_a, 10.0 / 19, 1e-12);
  EXPECT_NEAR(scores.ass_a, 10.0 / 19, 1e-12);
}

// One person of four frames in two tracks of two frames each: AssA = 2/4 for each match.
TEST(HotaScores, ATrackCutInHalvesHalvesTheAssociation) {
  const std::vector<LabelledFrame> frames{
      pair(0, 0, 1), pair(0, 0, 1), pair(0, 1, 1), pair(0, 1, 1)};
  const auto scores = hota_scores(frames);
  EXPECT_NEAR(scores.ass_a, 0.5, 1e-12);
  EXPECT_NEAR(scores.det_a, 1, 1e-12);
}

}  // namespace
}  // namespace screenalytics
