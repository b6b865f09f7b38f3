// SPDX-License-Identifier: MIT
#include "faces/gates.h"

#include "faces/test_faces.h"

#include <limits>

#include <gtest/gtest.h>

namespace screenalytics {
namespace {

using testing::face_at;
using testing::sighting;

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
constexpr Size kPicture{400, 300};
const GateOptions kGates;

std::string geometry(const Detection& face, double pixel_aspect = 1) {
  const auto skip = check_geometry(face, kPicture, pixel_aspect, kGates);
  return skip ? to_text(*skip) : "kept";
}

Detection boxed(const Box& box) { return {box, std::nullopt, 0.9F}; }

std::string quality(const Sighting& seen, bool single) {
  const auto skip = check_quality(seen, single, kGates);
  return skip ? to_text(*skip) : "kept";
}

TEST(GeometryGates, KeepAFaceOnThePictureWithOrWithoutLandmarks) {
  EXPECT_EQ(geometry(face_at({200, 150}, 1, 0)), "kept");
  EXPECT_EQ(geometry(boxed({10, 10, 60, 80})), "kept");
}

TEST(GeometryGates, RefuseBoxesThatAreNone) {
  EXPECT_EQ(geometry(boxed({kNan, 10, 60, 80})), "invalid_bbox");
  EXPECT_EQ(geometry(boxed({10, 10, std::numeric_limits<float>::infinity(), 80})), "invalid_bbox");
  EXPECT_EQ(geometry(boxed({10, 10, 10, 80})), "invalid_bbox") << "no area";
  EXPECT_EQ(geometry(boxed({60, 10, 10, 80})), "invalid_bbox") << "inside out";
}

TEST(GeometryGates, RefuseAFaceThatIsMostlyOffThePicture) {
  EXPECT_EQ(geometry(boxed({-70, 10, 30, 110})), "off_frame:30.0");
  EXPECT_EQ(geometry(boxed({350, 250, 450, 350})), "off_frame:25.0");
  EXPECT_EQ(geometry(boxed({500, 10, 600, 110})), "off_frame:0.0");
  EXPECT_EQ(geometry(boxed({-50, 10, 50, 110})), "kept") << "exactly half";
  EXPECT_EQ(geometry(boxed({-3e38F, -3e38F, 3e38F, 3e38F})), "off_frame:0.0")
      << "area beyond float";
}

TEST(GeometryGates, RefuseAFaceThatIsTooSmallAsShown) {
  EXPECT_EQ(geometry(boxed({10, 10, 29.5F, 50})), "too_small:19.5");
  EXPECT_EQ(geometry(boxed({10, 10, 30, 50})), "kept");
  EXPECT_EQ(geometry(boxed({10, 10, 30, 50}), 0.5), "too_small:10.0");
}

TEST(GeometryGates, RefuseLandmarksThatCannotAlign) {
  Detection face = face_at({200, 150}, 1, 0);
  face.landmarks->fill({200, 150});
  EXPECT_EQ(geometry(face), "no_landmarks");
  face.landmarks->front().x = kNan;
  EXPECT_EQ(geometry(face), "no_landmarks");
}

TEST(QualityGates, KeepAGoodFace) {
  EXPECT_EQ(quality(sighting(0, 0.9F), false), "kept");
  Sighting without_pose = sighting(0, 0.9F);
  without_pose.quality.pose.reset();
  EXPECT_EQ(quality(without_pose, false), "kept");
}

TEST(QualityGates, EachFiresWithItsNumberAndIsMilderForASingleSighting) {
  Sighting seen = sighting(0, 0.9F);
  seen.detection.score = 0.5F;
  EXPECT_EQ(quality(seen, false), "low_confidence:0.50");
  EXPECT_EQ(quality(seen, true), "kept");
  seen.detection.score = 0.44F;
  EXPECT_EQ(quality(seen, true), "low_confidence:0.44");

  seen = sighting(0, 0.9F);
  seen.quality.contrast = 0.75F;
  EXPECT_EQ(quality(seen, false), "low_contrast:0.75");
  EXPECT_EQ(quality(seen, true), "kept");
  seen.quality.contrast = 0.25F;
  EXPECT_EQ(quality(seen, true), "low_contrast:0.25");

  seen = sighting(0, 0.9F);
  seen.quality.blur = 16.3F;
  EXPECT_EQ(quality(seen, false), "blurry:16.3");
  EXPECT_EQ(quality(seen, true), "kept");
  seen.quality.blur = 12.3F;
  EXPECT_EQ(quality(seen, true), "blurry:12.3");
}

TEST(QualityGates, RefuseAHeadTurnedTooFarEitherWay) {
  Sighting seen = sighting(0, 0.9F);
  seen.quality.pose = HeadPose{.yaw = 75, .pitch = 60, .roll = 170};
  EXPECT_EQ(quality(seen, false), "kept") << "roll does not matter";
  seen.quality.pose = HeadPose{.yaw = -80.5F};
  EXPECT_EQ(quality(seen, false), "extreme_pose:-80.5");
  seen.quality.pose = HeadPose{.pitch = 61};
  EXPECT_EQ(quality(seen, true), "extreme_pose:61.0");
}

TEST(QualityGates, AskForConfidenceThenContrastThenBlurThenPose) {
  Sighting seen = sighting(0, 0.9F);
  seen.quality = {.contrast = 0, .blur = 0, .size = 1, .pose = HeadPose{.yaw = 90}, .total = 0};
  seen.detection.score = 0;
  EXPECT_EQ(quality(seen, false), "low_confidence:0.00");
  seen.detection.score = 1;
  EXPECT_EQ(quality(seen, false), "low_contrast:0.00");
  seen.quality.contrast = 9;
  EXPECT_EQ(quality(seen, false), "blurry:0.0");
  seen.quality.blur = 99;
  EXPECT_EQ(quality(seen, false), "extreme_pose:90.0");
}

TEST(QualityGates, RefuseNumbersThatAreNone) {
  Sighting seen = sighting(0, 0.9F);
  seen.detection.score = kNan;
  EXPECT_EQ(quality(seen, false), "low_confidence");
  seen = sighting(0, 0.9F);
  seen.quality.blur = kNan;
  EXPECT_EQ(quality(seen, false), "blurry");
}

TEST(SkipText, NamesEveryReason) {
  using enum SkipReason;
  EXPECT_EQ(to_text({bad_source_frame, {}}), "bad_source_frame");
  EXPECT_EQ(to_text({invalid_bbox, {}}), "invalid_bbox");
  EXPECT_EQ(to_text({off_frame, 12.34}), "off_frame:12.3");
  EXPECT_EQ(to_text({too_small, 9.96}), "too_small:10.0");
  EXPECT_EQ(to_text({low_confidence, 0.456}), "low_confidence:0.46");
  EXPECT_EQ(to_text({low_contrast, 0.987}), "low_contrast:0.99");
  EXPECT_EQ(to_text({blurry, 12.345}), "blurry:12.3");
  EXPECT_EQ(to_text({extreme_pose, -81.25}), "extreme_pose:-81.2");
  EXPECT_EQ(to_text({no_landmarks, {}}), "no_landmarks");
  EXPECT_EQ(to_text({zero_norm_embedding, {}}), "zero_norm_embedding");
  EXPECT_EQ(to_text({blurry, 1e300}).substr(0, 8), "blurry:1");
}

}  // namespace
}  // namespace screenalytics
