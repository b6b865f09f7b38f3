// SPDX-License-Identifier: MIT
#include "faces/last_resort.h"

#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace screenalytics {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class LastResort : public testing::Test {
 protected:
  /// Six looks a second at a face that only blur is wrong with.
  static std::vector<Sighting> soft(std::vector<float> blurs) {
    std::vector<Sighting> looks;
    for (const float blur : blurs) {
      const auto frame = static_cast<std::int64_t>(looks.size());
      looks.push_back({.frame = {frame},
                       .time = MediaTime(from_seconds(static_cast<double>(frame) / 6)),
                       .detection = {.box = {100, 100, 130, 140}, .score = 0.9F},
                       .quality = {.contrast = 50, .blur = blur, .size = 30, .total = blur / 100}});
    }
    return looks;
  }

  std::vector<std::size_t> chosen(const std::vector<Sighting>& looks) const {
    std::vector<std::optional<Skip>> skips;
    const bool single = std::ranges::count_if(looks, &Sighting::measured) == 1;
    for (const Sighting& look : looks) {
      skips.emplace_back();
      if (!look.measured) continue;
      skips.back() = check_geometry(look.detection, {640, 360}, 1, gates_);
      if (!skips.back()) skips.back() = check_quality(look, single, gates_);
    }
    return last_resort_samples(looks, skips, gates_, options_);
  }

  GateOptions gates_;
  LastResortOptions options_;
};

TEST_F(LastResort, TakesTheBestOfTheBlurryOnesSpreadOverTime) {
  EXPECT_THAT(chosen(soft({10, 11, 12, 9, 14, 13, 16, 17, 9})), ElementsAre(2, 4, 7));
}

TEST_F(LastResort, IsNotForTracksWithAFaceThatPassed) {
  EXPECT_THAT(chosen(soft({10, 18, 12})), IsEmpty());
}

TEST_F(LastResort, NeverTakesWhatIsSofterThanTheFloor) {
  const auto floor = static_cast<float>(options_.min_blur);
  EXPECT_THAT(chosen(soft({floor - 0.1F, floor, 1})), ElementsAre(1));
}

TEST_F(LastResort, TakesSmallFacesDownToSixteenPixels) {
  auto looks = soft({50, 50, 10});  // sharp enough, were they larger
  looks[0].detection.box = {100, 100, 115.9F, 130};
  looks[1].detection.box = {100, 100, 116, 130};
  looks[2].detection.box = {100, 100, 116, 130};
  EXPECT_THAT(chosen(looks), ElementsAre(1, 2));
}

TEST_F(LastResort, NeverTakesAFaceThatFailsAnotherGate) {
  auto looks = soft({10, 10, 10, 10, 10});
  looks[0].detection.score = 0.55F;
  looks[1].quality.contrast = 0.5F;
  looks[2].quality.pose = HeadPose{.yaw = 80};  // a gate behind that of blur
  looks[3].measured = false;
  looks.push_back(looks[4]);
  looks[5].detection.box = {100, 100, 118, 130};  // small, and a gate behind that of size
  looks[5].detection.landmarks = Landmarks{};
  EXPECT_THAT(chosen(looks), ElementsAre(4));
}

TEST_F(LastResort, TheOnlyLookIsJudgedAsOne) {
  auto looks = soft({10, 10});
  looks[1].measured = false;
  looks[0].detection.score = 0.5F;  // enough for a track of one look
  EXPECT_THAT(chosen(looks), ElementsAre(0));
}

TEST_F(LastResort, CanBeTurnedOff) {
  options_.max_samples = 0;
  EXPECT_THAT(chosen(soft({10, 11, 12})), IsEmpty());
  EXPECT_EQ(last_resort_gates(gates_, options_).min_blur, gates_.min_blur);
  EXPECT_EQ(last_resort_gates(gates_, options_).min_size, gates_.min_size);
}

TEST_F(LastResort, NeverAsksForMoreThanTheGatesDo) {
  gates_.min_blur = gates_.single_min_blur = 2;
  const GateOptions relaxed = last_resort_gates(gates_, options_);
  EXPECT_EQ(relaxed.min_blur, 2);
  EXPECT_EQ(relaxed.single_min_blur, 2);
  gates_.min_size = 10;
  EXPECT_EQ(last_resort_gates(gates_, options_).min_size, 10);
  EXPECT_THAT(chosen(soft({1, 1.5F})), IsEmpty());
}

}  // namespace
}  // namespace screenalytics
