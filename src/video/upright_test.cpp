// SPDX-License-Identifier: MIT
#include "video/upright.h"

#include "video/picture.h"
#include "video/test_pictures.h"

#include <cstdlib>
#include <memory>

#include <gtest/gtest.h>

namespace screenalytics {
namespace {

/// Dark at the top left, light at the bottom right; redder downwards.
Colour slanted(double x, double y) { return {40 + 80 * x + 80 * y, 40 + 80 * x, 40 + 80 * x}; }

std::shared_ptr<const Picture> picture(AVPixelFormat format,
                                       Size size,
                                       const PictureShape& shape = {},
                                       const Marks& marks = {}) {
  return make_picture(drawn(format, size, slanted, marks), shape);
}

/// Mean distance of the planes of two frames of one size.
double distance(const AVFrame& a, const AVFrame& b) {
  double sum = 0;
  for (int plane = 0; plane < 3; ++plane) {
    const int shift = plane == 0 ? 0 : 1;
    for (int y = 0; y < a.height >> shift; ++y) {
      for (int x = 0; x < a.width >> shift; ++x)
        sum += std::abs(a.data[plane][y * a.linesize[plane] + x] -
                        b.data[plane][y * b.linesize[plane] + x]);
    }
  }
  return sum / (1.5 * a.width * a.height);
}

TEST(Upright, AFramePlanesAreCopiedAsTheyAre) {
  const FramePtr source = drawn(AV_PIX_FMT_YUV420P, {64, 48}, slanted);
  const FramePtr frame = upright_frame(*picture(AV_PIX_FMT_YUV420P, {64, 48}));
  EXPECT_EQ(frame->format, AV_PIX_FMT_YUV420P);
  EXPECT_EQ(distance(*frame, *source), 0);
  EXPECT_EQ(frame->colorspace, AVCOL_SPC_BT709);
  EXPECT_EQ(frame->color_range, AVCOL_RANGE_MPEG);
}

TEST(Upright, EveryPixelFormatComesOutAlmostTheSame) {
  const FramePtr wanted = upright_frame(*picture(AV_PIX_FMT_YUV420P, {64, 48}));
  for (const AVPixelFormat format : {AV_PIX_FMT_YUV422P,
                                     AV_PIX_FMT_YUV444P,
                                     AV_PIX_FMT_NV12,
                                     AV_PIX_FMT_YUV420P10LE,
                                     AV_PIX_FMT_P010LE,
                                     AV_PIX_FMT_UYVY422,
                                     AV_PIX_FMT_RGB24,
                                     AV_PIX_FMT_GBRP}) {
    const FramePtr frame = upright_frame(*picture(format, {64, 48}));
    EXPECT_LT(distance(*frame, *wanted), 1.5) << format;
  }
}

TEST(Upright, FullRangeAndOldMatrixAreKept) {
  const Marks marks{.matrix = AVCOL_SPC_SMPTE170M, .range = AVCOL_RANGE_JPEG};
  const FramePtr frame = upright_frame(*picture(AV_PIX_FMT_YUV420P, {64, 48}, {}, marks));
  EXPECT_EQ(frame->colorspace, AVCOL_SPC_SMPTE170M);
  EXPECT_EQ(frame->color_range, AVCOL_RANGE_JPEG);
  const Canvas canvas = canvas_of(*frame, {64, 48});
  EXPECT_TRUE(canvas.full_range);
  EXPECT_DOUBLE_EQ(canvas.red_weight, 0.299);
}

TEST(Upright, GreyPicturesHaveNeutralColour) {
  const FramePtr frame = upright_frame(*picture(AV_PIX_FMT_GRAY8, {64, 48}));
  EXPECT_EQ(frame->data[1][0], 128);
  EXPECT_LT(frame->data[0][0], frame->data[0][63]);
}

TEST(Upright, TurnsAndMirrorsAsThePictureIsShown) {
  for (const int rotation : {0, 90, 180, 270}) {
    for (const bool mirrored : {false, true}) {
      const PictureShape shape{.rotation = rotation, .mirrored = mirrored};
      const auto turned = picture(AV_PIX_FMT_YUV420P, {64, 48}, shape);
      const FramePtr frame = upright_frame(*turned);
      const Size size = turned->size();
      ASSERT_EQ((Size{frame->width, frame->height}), size);
      const Image shown = turned->window({0, 0, size.width, size.height}).image;
      for (const Point at : {Point{3, 3}, Point{40, 5}, Point{5, 40}, Point{44, 44}}) {
        const auto x = static_cast<int>(at.x);
        const auto y = static_cast<int>(at.y);
        const auto bgr = pixel(shown, x, y);
        const double luma = 0.0722 * bgr[0] + 0.7152 * bgr[1] + 0.2126 * bgr[2];
        EXPECT_NEAR(frame->data[0][y * frame->linesize[0] + x], 16 + luma * 219 / 255, 3)
            << rotation << mirrored << ' ' << x << ' ' << y;
      }
    }
  }
}

TEST(Upright, PixelsOfATurnedPictureAreTurnedToo) {
  const PictureShape shape{.rotation = 90, .stored_pixel_aspect = 1.5};
  const FramePtr frame = upright_frame(*picture(AV_PIX_FMT_YUV420P, {64, 48}, shape));
  EXPECT_NEAR(av_q2d(frame->sample_aspect_ratio), 1 / 1.5, 1e-4);
}

TEST(Upright, OddSidesAreFilledUpByRepeatingTheEdge) {
  const FramePtr frame = upright_frame(*picture(AV_PIX_FMT_YUV444P, {63, 47}));
  ASSERT_EQ((Size{frame->width, frame->height}), (Size{64, 48}));
  pad_to_even(*frame, {63, 47});
  const auto luma = [&](int x, int y) { return frame->data[0][y * frame->linesize[0] + x]; };
  EXPECT_EQ(luma(63, 20), luma(62, 20));
  EXPECT_EQ(luma(20, 47), luma(20, 46));
  EXPECT_EQ(luma(63, 47), luma(62, 46));
}

TEST(Upright, ResizingKeepsMarksAndContent) {
  const FramePtr frame = upright_frame(*picture(AV_PIX_FMT_YUV420P, {64, 48}));
  const FramePtr small = resized(*frame, {32, 24});
  EXPECT_EQ((Size{small->width, small->height}), (Size{32, 24}));
  EXPECT_EQ(small->colorspace, frame->colorspace);
  EXPECT_NEAR(small->data[0][0], frame->data[0][0], 4);
}

}  // namespace
}  // namespace screenalytics
