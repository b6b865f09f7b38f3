// SPDX-License-Identifier: MIT
#include "faces/align_face.h"

#include "faces/test_faces.h"

#include <limits>

#include <gtest/gtest.h>

namespace screenalytics {
namespace {

using testing::cut;
using testing::face_at;
using testing::waves;
using testing::whole;

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
const AlignOptions kOptions;

/// Bilinear, in double, straight from the definition; outside of the picture black.
double sample(const Image& picture, double x, double y, int channel) {
  const int left = static_cast<int>(std::floor(x)), top = static_cast<int>(std::floor(y));
  double sum = 0;
  for (int dy = 0; dy < 2; ++dy) {
    for (int dx = 0; dx < 2; ++dx) {
      const int px = left + dx, py = top + dy;
      if (px < 0 || py < 0 || px >= picture.size().width || py >= picture.size().height) continue;
      const double weight = (dx ? x - left : left + 1 - x) * (dy ? y - top : top + 1 - y);
      sum += weight * picture.row(py)[static_cast<std::size_t>(px * 3 + channel)];
    }
  }
  return sum;
}

/// Largest difference between the crop and the definition: norm_crop's matrix, landmarks as pixel
/// indices.
double worst_difference(const Image& crop,
                        const Image& picture,
                        const Landmarks& square,
                        double aspect) {
  const Similarity back = estimate_similarity(square, kArcFaceTemplate)->inverse();
  double worst = 0;
  for (int y = 0; y < kCropSide; ++y) {
    for (int x = 0; x < kCropSide; ++x) {
      const double sx = (back.a * x - back.b * y + back.tx) / aspect;
      const double sy = back.b * x + back.a * y + back.ty;
      for (int c = 0; c < 3; ++c) {
        const double is = crop.row(y)[static_cast<std::size_t>(x * 3 + c)];
        worst = std::max(worst, std::abs(is - sample(picture, sx, sy, c)));
      }
    }
  }
  return worst;
}

TEST(AlignFace, EqualsTheReferenceWarpWithinRounding) {
  const Image picture = waves({480, 360});
  for (const double degrees : {0.0, 17.0, -35.0, 90.0, 180.0}) {
    for (const double scale : {0.4, 1.0, 1.5}) {
      const Detection face = face_at({240, 180}, scale, degrees);
      const auto crop = align_face(whole(picture), face, 1, kOptions);
      ASSERT_TRUE(crop);
      ASSERT_EQ(crop->size(), (Size{kCropSide, kCropSide}));
      // OpenCV places samples on a grid of 1/32 pixel: with 9 levels a pixel at most that is a
      // level or so.
      EXPECT_LE(worst_difference(*crop, picture, *face.landmarks, 1), 2) << degrees << " " << scale;
    }
  }
}

TEST(AlignFace, WindowGivesTheSameBytesAsTheWholePicture) {
  const Image picture = waves({480, 360});
  for (const double degrees : {0.0, 23.0, -48.0, 131.0}) {
    for (const Point center : {Point{240, 180}, Point{12, 9}, Point{470.5F, 352.25F}}) {
      const Detection face = face_at(center, 1.3, degrees);
      const Window window = cut(picture, alignment_window(face, 1, kOptions));
      const auto crop = align_face(window, face, 1, kOptions);
      const auto expected = align_face(whole(picture), face, 1, kOptions);
      ASSERT_TRUE(crop && expected);
      const auto from_window = crop->bytes(), from_picture = expected->bytes();
      int worst = 0;
      for (std::size_t i = 0; i < from_window.size(); ++i) {
        worst = std::max(worst, std::abs(int{from_window[i]} - int{from_picture[i]}));
      }
      // Another offset may round a sample to the next place on the grid of 1/32 pixel.
      EXPECT_LE(worst, 1) << degrees << " at " << center.x;
    }
  }
}

TEST(AlignFace, CorrectsPixelsThatAreNotSquare) {
  const double aspect = 64.0 / 45;
  const Image picture = waves({480, 360});
  Detection face = face_at({300, 180}, 1, 20);  // as shown, in square pixels
  const Landmarks square = *face.landmarks;
  face.landmarks = scaled(square, 1 / aspect, 1);
  face.box = scaled(face.box, 1 / aspect, 1);
  const auto crop =
      align_face(cut(picture, alignment_window(face, aspect, kOptions)), face, aspect, kOptions);
  ASSERT_TRUE(crop);
  EXPECT_LE(worst_difference(*crop, picture, square, aspect), 2);
}

TEST(AlignFace, OutsideOfThePictureIsBlack) {
  const Image picture = testing::plain({200, 200}, 200);
  const Detection face = face_at({0, 100}, 1, 0);
  const auto crop =
      align_face(cut(picture, alignment_window(face, 1, kOptions)), face, 1, kOptions);
  ASSERT_TRUE(crop);
  EXPECT_EQ(crop->row(60)[3 * 10], 0);
  EXPECT_EQ(crop->row(60)[3 * 100], 200);
}

TEST(AlignFace, WithoutLandmarksShowsTheBoxWithItsMargin) {
  const Image picture = testing::plain({400, 400}, 10);
  Detection face{
      {150, 130, 250, 270}, std::nullopt, 0.9F};  // 140 high: a square of 196 around (200, 200)
  EXPECT_EQ(alignment_window(face, 1, kOptions), (Rect{100, 100, 300, 300}));
  const Image bright = Image::make({400, 400}, [](std::uint8_t* out) {
    for (int y = 0; y < 400; ++y) {
      for (int x = 0; x < 400; ++x, out += 3) {
        if (x >= 102 && x < 298 && y >= 102 && y < 298) std::fill(out, out + 3, std::uint8_t{255});
      }
    }
  });
  const auto crop = align_face(whole(bright), face, 1, kOptions);
  ASSERT_TRUE(crop);
  for (const int corner : {0, 111}) {
    EXPECT_GE(crop->row(corner)[3 * 56], 250);
    EXPECT_GE(crop->row(56)[static_cast<std::size_t>(3 * corner)], 250);
  }
  EXPECT_EQ(align_face(whole(picture), face, 1, {.margin = 0})->row(0)[0], 10);
}

TEST(AlignFace, GivesNothingWhereNothingOfTheFaceIsThere) {
  const Image picture = waves({200, 200});
  Detection face = face_at({500, 100}, 1, 0);
  EXPECT_FALSE(align_face(cut(picture, alignment_window(face, 1, kOptions)), face, 1, kOptions));
  EXPECT_FALSE(align_face(whole(picture), face, 1, kOptions));
  face.box.left = kNan;
  EXPECT_FALSE(align_face(whole(picture), face, 1, kOptions));
  EXPECT_EQ(alignment_window(face, 1, kOptions), Rect{});
}

TEST(AlignFace, AnyBoxAsksForARectangleThatIntCanHold) {
  const Detection face{{-3e38F, -3e38F, 3e38F, 3e38F}, std::nullopt, 0.9F};
  const Rect window = alignment_window(face, 1, kOptions);
  EXPECT_GT(window.width(), 0);
  EXPECT_GT(window.height(), 0);
}

TEST(UsableLandmarks, MustBeThereFiniteSpreadAndNearTheBox) {
  const Detection face = face_at({100, 100}, 1, 0);
  EXPECT_TRUE(usable(face.landmarks, face.box));
  EXPECT_FALSE(usable(std::nullopt, face.box));

  auto landmarks = *face.landmarks;
  landmarks[2].y = kNan;
  EXPECT_FALSE(usable(landmarks, face.box));
  landmarks.fill({100, 100});
  EXPECT_FALSE(usable(landmarks, face.box));
  landmarks[0].x = 100.9F;
  EXPECT_FALSE(usable(landmarks, {99, 99, 102, 102})) << "under a pixel";
  landmarks[0].x = 108;
  EXPECT_FALSE(usable(landmarks, face.box)) << "8 pixels of 84";
  landmarks[0].x = 109;
  EXPECT_TRUE(usable(landmarks, face.box));
  landmarks[0].x = 1e30F;
  EXPECT_FALSE(usable(landmarks, face.box)) << "far from the face";
  EXPECT_FALSE(usable(face.landmarks, {0, 0, kNan, 10}));
}

}  // namespace
}  // namespace screenalytics
