// SPDX-License-Identifier: MIT
#include "video/test_pictures.h"

#include <algorithm>
#include <cmath>
#include <cstdint>

#include <gtest/gtest.h>

extern "C" {
#include <libswscale/swscale.h>
}

namespace screenalytics {

Colour gentle(double x, double y) {
  return {30 + 200 * x, 40 + 150 * y, 60 + 120 * (1 - x) * (1 - y) + 60 * x * y};
}

FramePtr allocate(AVPixelFormat format, Size size) {
  FramePtr frame = make_frame();
  frame->format = format;
  frame->width = size.width;
  frame->height = size.height;
  EXPECT_GE(av_frame_get_buffer(frame.get(), 0), 0);
  return frame;
}

FramePtr drawn(AVPixelFormat format, Size size, const Scene& scene, const Marks& marks) {
  const FramePtr rgb = allocate(AV_PIX_FMT_GBRP, size);
  for (int y = 0; y < size.height; ++y) {
    for (int x = 0; x < size.width; ++x) {
      const Colour colour = scene((x + 0.5) / size.width, (y + 0.5) / size.height);
      const std::array<double, 3> gbr{colour.g, colour.b, colour.r};
      for (std::size_t i = 0; i < 3; ++i) {
        rgb->data[i][y * rgb->linesize[i] + x] = static_cast<std::uint8_t>(std::lround(gbr[i]));
      }
    }
  }
  FramePtr frame = allocate(format, size);
  frame->colorspace = marks.matrix;
  frame->color_range = marks.range;
  SwsContext* scaler = sws_getContext(size.width,
                                      size.height,
                                      AV_PIX_FMT_GBRP,
                                      size.width,
                                      size.height,
                                      format,
                                      SWS_BILINEAR | SWS_ACCURATE_RND | SWS_FULL_CHR_H_INT,
                                      nullptr,
                                      nullptr,
                                      nullptr);
  const int* table = sws_getCoefficients(marks.matrix);
  sws_setColorspaceDetails(
      scaler, table, 1, table, marks.range == AVCOL_RANGE_JPEG ? 1 : 0, 0, 1 << 16, 1 << 16);
  sws_scale(scaler, rgb->data, rgb->linesize, 0, size.height, frame->data, frame->linesize);
  sws_freeContext(scaler);
  return frame;
}

Miss miss(const Image& image, const Scene& scene, Size whole, Rect place) {
  Miss result;
  for (int y = 0; y < image.size().height; ++y) {
    for (int x = 0; x < image.size().width; ++x) {
      const Colour colour =
          scene((place.left + x + 0.5) / whole.width, (place.top + y + 0.5) / whole.height);
      const std::array<double, 3> bgr{colour.b, colour.g, colour.r};
      for (std::size_t i = 0; i < 3; ++i) {
        const double off = std::abs(image.row(y)[static_cast<std::size_t>(x) * 3 + i] - bgr[i]);
        result.mean += off;
        result.most = std::max(result.most, off);
      }
    }
  }
  result.mean /= 3.0 * image.size().width * image.size().height;
  return result;
}
Miss miss(const Image& image, const Scene& scene) {
  return miss(image, scene, image.size(), {0, 0, image.size().width, image.size().height});
}

std::array<int, 3> pixel(const Image& image, int x, int y) {
  const auto row = image.row(y).subspan(static_cast<std::size_t>(x) * 3, 3);
  return {row[0], row[1], row[2]};
}

}  // namespace screenalytics
