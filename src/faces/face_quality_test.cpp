// SPDX-License-Identifier: MIT
#include "faces/face_quality.h"

#include "faces/mean_face.h"
#include "faces/test_faces.h"

#include <limits>

#include <gtest/gtest.h>
#include <opencv2/imgproc.hpp>

namespace screenalytics {
namespace {

using testing::face_at;
using testing::plain;
using testing::waves;

constexpr Size kCrop{112, 112};

/// Waves with fine detail, as a sharp face has.
Image detailed() {
  const Image soft = waves(kCrop);
  return Image::make(kCrop, [&](std::uint8_t* out) {
    for (int i = 0; i < 112 * 112 * 3; ++i) {
      const int value = soft.bytes()[static_cast<std::size_t>(i)] + (i / 3 * 7919 % 31) - 15;
      out[i] = static_cast<std::uint8_t>(std::clamp(value, 0, 255));
    }
  });
}

Landmarks seen_at(const HeadPose& pose, double scale, double pixel_aspect) {
  Landmarks landmarks;
  for (std::size_t i = 0; i < landmarks.size(); ++i) {
    const Point3 point = turned(kMeanFace[i], pose);
    landmarks[i] = {static_cast<float>((300 + scale * point.x) / pixel_aspect),
                    static_cast<float>(200 + scale * point.y)};
  }
  return landmarks;
}

/// numpy's crop.std() and cv2.Laplacian(cv2.cvtColor(crop, COLOR_BGR2GRAY), CV_64F).var(), by
/// definition.
struct Reference {
  double contrast, blur;
};

Reference reference_of(const Image& crop) {
  double sum = 0, squares = 0;
  for (const std::uint8_t value : crop.bytes()) sum += value, squares += double{1} * value * value;
  const auto count = static_cast<double>(crop.bytes().size());
  const double contrast = std::sqrt(squares / count - sum / count * sum / count);

  const auto grey = [&](int x, int y) {
    const auto mirrored = [](int at, int end) {
      return at < 0 ? -at : at >= end ? 2 * end - 2 - at : at;
    };
    const auto* p = crop.row(mirrored(y, 112)).data() + 3 * mirrored(x, 112);
    return (p[0] * 3735 + p[1] * 19235 + p[2] * 9798 + (1 << 14)) >>
           15;  // OpenCV's integer weights
  };
  sum = squares = 0;
  for (int y = 0; y < 112; ++y) {
    for (int x = 0; x < 112; ++x) {
      const double edge =
          grey(x - 1, y) + grey(x + 1, y) + grey(x, y - 1) + grey(x, y + 1) - 4 * grey(x, y);
      sum += edge, squares += edge * edge;
    }
  }
  const double pixels = 112 * 112;
  return {contrast, squares / pixels - sum / pixels * sum / pixels};
}

TEST(FaceQuality, ContrastAndBlurFollowTheirDefinitions) {
  const Image crop = waves(kCrop);
  const auto quality = measure_quality(crop, face_at({100, 100}, 1, 0), 1);
  const auto expected = reference_of(crop);
  EXPECT_NEAR(quality.contrast, expected.contrast, 1e-3);
  EXPECT_NEAR(quality.blur, expected.blur, 1e-3 * expected.blur);
}

TEST(FaceQuality, PlainCropHasNoContrastNoEdgesAndNoWorth) {
  const auto quality = measure_quality(plain(kCrop, 90), face_at({100, 100}, 1, 0), 1);
  EXPECT_EQ(quality.contrast, 0);
  EXPECT_EQ(quality.blur, 0);
  EXPECT_EQ(quality.total, 0);
}

TEST(FaceQuality, SizeIsTheShorterSideAsShown) {
  Detection face = face_at({100, 100}, 1, 0);
  face.box = {10, 10, 60, 100};
  EXPECT_FLOAT_EQ(measure_quality(waves(kCrop), face, 1).size, 50);
  EXPECT_FLOAT_EQ(measure_quality(waves(kCrop), face, 1.5).size, 75);
  EXPECT_FLOAT_EQ(measure_quality(waves(kCrop), face, 2).size, 90);
}

TEST(FaceQuality, TotalIsBetweenZeroAndOneAndFallsWithEachFault) {
  const Detection good = face_at({100, 100}, 2, 0);
  const double best = measure_quality(detailed(), good, 1).total;
  EXPECT_GT(best, 0.7);
  EXPECT_LE(best, 1);

  Detection unsure = good;
  unsure.score = 0.5F;
  EXPECT_LT(measure_quality(detailed(), unsure, 1).total, best);
  EXPECT_LT(measure_quality(detailed(), face_at({100, 100}, 0.5, 0), 1).total, best) << "small";
  Detection turned_away = good;
  turned_away.landmarks = seen_at({.yaw = 60}, 70, 1);
  EXPECT_LT(measure_quality(detailed(), turned_away, 1).total, best);
  Detection unknown_pose = good;
  unknown_pose.landmarks.reset();
  EXPECT_LT(measure_quality(detailed(), unknown_pose, 1).total, best);
  const Image crop = detailed();
  const Image soft = Image::make(kCrop, [&](std::uint8_t* out) {
    const cv::Mat from(112, 112, CV_8UC3, const_cast<std::uint8_t*>(crop.data()));
    cv::Mat to(112, 112, CV_8UC3, out);
    cv::blur(from, to, {9, 9});
  });
  EXPECT_LT(measure_quality(soft, good, 1).total, best) << "blurred";
  EXPECT_NEAR(measure_quality(detailed(), face_at({100, 100}, 2, 30), 1).total, best, 0.01)
      << "aligning takes roll away";
}

TEST(FaceQuality, NumbersThatAreNoneGiveNoWorth) {
  Detection face = face_at({100, 100}, 1, 0);
  face.score = std::numeric_limits<float>::quiet_NaN();
  EXPECT_EQ(measure_quality(waves(kCrop), face, 1).total, 0);
  EXPECT_EQ(measure_quality(Image(), face_at({100, 100}, 1, 0), 1).total, 0);
}

TEST(HeadPose, FindsKnownAnglesWithinEightDegrees) {
  double worst = 0;
  for (int yaw = -45; yaw <= 45; yaw += 15) {
    for (int pitch = -45; pitch <= 45; pitch += 15) {
      for (int roll = -45; roll <= 45; roll += 15) {
        const HeadPose pose{
            static_cast<float>(yaw), static_cast<float>(pitch), static_cast<float>(roll)};
        auto landmarks = seen_at(pose, 60, 1);
        // A detector's error: about a pixel either way, always the same.
        for (std::size_t i = 0; i < 5; ++i) landmarks[i].x += i % 2 ? 0.7F : -0.7F;
        const auto found = estimate_pose(landmarks, 1);
        ASSERT_TRUE(found);
        worst = std::max({worst,
                          std::abs(double{found->yaw} - yaw),
                          std::abs(double{found->pitch} - pitch),
                          std::abs(double{found->roll} - roll)});
      }
    }
  }
  EXPECT_LT(worst, 8);
}

TEST(HeadPose, IsExactOnTheMeanFaceUpToSixtyDegrees) {
  for (int yaw = -60; yaw <= 60; yaw += 20) {
    for (int pitch = -60; pitch <= 60; pitch += 20) {
      const auto found = estimate_pose(
          seen_at({static_cast<float>(yaw), static_cast<float>(pitch), 10}, 40, 1.4), 1.4);
      ASSERT_TRUE(found);
      EXPECT_NEAR(found->yaw, yaw, 0.5) << yaw << " " << pitch;
      EXPECT_NEAR(found->pitch, pitch, 0.5) << yaw << " " << pitch;
      EXPECT_NEAR(found->roll, 10, 0.5) << yaw << " " << pitch;
    }
  }
}

TEST(HeadPose, SignsFollowThePicture) {
  // Frontal: the nose between the eyes. Then nose to the right, nose down, right eye lower than the
  // left.
  Landmarks landmarks{{{40, 50}, {80, 50}, {60, 73}, {44, 96}, {76, 96}}};
  const auto frontal = *estimate_pose(landmarks, 1);
  EXPECT_NEAR(frontal.yaw, 0, 1);
  EXPECT_NEAR(frontal.roll, 0, 1);
  landmarks[2] = {68, 73};
  EXPECT_GT(estimate_pose(landmarks, 1)->yaw, 10);
  landmarks[2] = {60, 81};
  EXPECT_GT(estimate_pose(landmarks, 1)->pitch, frontal.pitch + 10);
  landmarks = {{{40, 40}, {80, 60}, {52, 72}, {24, 84}, {60, 102}}};
  EXPECT_GT(estimate_pose(landmarks, 1)->roll, 20);
}

TEST(HeadPose, IsEmptyWithoutUsableLandmarks) {
  EXPECT_FALSE(estimate_pose(std::nullopt, 1));
  Landmarks landmarks{};
  EXPECT_FALSE(estimate_pose(landmarks, 1));
  landmarks = seen_at({}, 50, 1);
  landmarks[3].x = std::numeric_limits<float>::infinity();
  EXPECT_FALSE(estimate_pose(landmarks, 1));
}

}  // namespace
}  // namespace screenalytics
