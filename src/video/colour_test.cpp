// SPDX-License-Identifier: MIT
#include "video/colour.h"

#include "video/picture.h"
#include "video/test_pictures.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace screenalytics {
namespace {

double pq_signal(double light) {
  const double p = std::pow(light / 10000, 0.1593017578125);
  return std::pow((0.8359375 + 18.8515625 * p) / (1 + 18.6875 * p), 78.84375);
}

double hlg_signal(double scene) {
  return scene <= 1.0 / 12 ? std::sqrt(3 * scene)
                           : 0.17883277 * std::log(12 * scene - 0.28466892) + 0.55991073;
}

/// 10-bit HDR that shows an SDR colour on a display whose SDR white is 203 cd/m2.
FramePtr hdr(const Scene& scene, Size size, AVColorTransferCharacteristic transfer) {
  FramePtr frame = allocate(AV_PIX_FMT_YUV444P10, size);
  frame->color_trc = transfer;
  frame->colorspace = AVCOL_SPC_BT2020_NCL;
  frame->color_primaries = AVCOL_PRI_BT2020;
  frame->color_range = AVCOL_RANGE_MPEG;
  for (int y = 0; y < size.height; ++y) {
    for (int x = 0; x < size.width; ++x) {
      const Colour sdr = scene((x + 0.5) / size.width, (y + 0.5) / size.height);
      const auto shown = [](double code) { return 203 * std::pow(code / 255, 2.4); };
      const double r = shown(sdr.r), g = shown(sdr.g), b = shown(sdr.b);
      std::array<double, 3> light{0.627404 * r + 0.329283 * g + 0.043313 * b,
                                  0.069097 * r + 0.919540 * g + 0.011362 * b,
                                  0.016391 * r + 0.088013 * g + 0.895595 * b};
      const double luminance = 0.2627 * light[0] + 0.6780 * light[1] + 0.0593 * light[2];
      for (double& channel : light) {
        channel = transfer == AVCOL_TRC_SMPTE2084
                      ? pq_signal(channel)
                      : hlg_signal(channel / 1000 * std::pow(luminance / 1000, -1 / 6.0));
      }
      const double luma = 0.2627 * light[0] + 0.6780 * light[1] + 0.0593 * light[2];
      const std::array<double, 3> yuv{64 + 876 * luma,
                                      512 + 896 * (light[2] - luma) / 1.8814,
                                      512 + 896 * (light[0] - luma) / 1.4746};
      for (std::size_t i = 0; i < 3; ++i) {
        reinterpret_cast<std::uint16_t*>(frame->data[i] + y * frame->linesize[i])[x] =
            static_cast<std::uint16_t>(std::lround(yuv[i]));
      }
    }
  }
  return frame;
}

class EveryHdr : public testing::TestWithParam<AVColorTransferCharacteristic> {};

TEST_P(EveryHdr, LooksLikeSdr) {
  const auto picture = make_picture(hdr(gentle, {160, 120}, GetParam()), {});
  for (const Image& image : {picture->scaled({80, 60}), picture->window({0, 0, 160, 120}).image}) {
    EXPECT_LT(miss(image, gentle).mean, 5);
    EXPECT_LT(miss(image, gentle).most, 25);
  }
}

TEST_P(EveryHdr, KeepsSkinAndRollsOffWhite) {
  const std::array<Colour, 4> skins{
      Colour{224, 172, 145}, Colour{198, 134, 66}, Colour{141, 85, 36}, Colour{60, 46, 40}};
  for (const Colour& skin : skins) {
    const auto picture =
        make_picture(hdr([&](double, double) { return skin; }, {8, 8}, GetParam()), {});
    const Miss off = miss(picture->scaled({4, 4}), [&](double, double) { return skin; });
    EXPECT_LT(off.most, skin.r > 200 ? 20 : 6) << skin.r;
  }
  const auto white = [](double, double) { return Colour{255, 255, 255}; };
  const auto picture = make_picture(hdr(white, {8, 8}, GetParam()), {});
  EXPECT_NEAR(pixel(picture->scaled({4, 4}), 2, 2)[1], 229, 4);
}

INSTANTIATE_TEST_SUITE_P(Transfers,
                         EveryHdr,
                         testing::Values(AVCOL_TRC_SMPTE2084, AVCOL_TRC_ARIB_STD_B67));

TEST(Hdr, GivesTheSameFromSeveralThreads) {
  const auto picture = make_picture(hdr(gentle, {96, 64}, AVCOL_TRC_SMPTE2084), {});
  const Image expected = picture->scaled({48, 32});
  std::array<Image, 4> images;
  {
    std::vector<std::jthread> threads;
    for (Image& image : images) {
      threads.emplace_back([&image, &picture] { image = picture->scaled({48, 32}); });
    }
  }
  for (const Image& image : images)
    EXPECT_TRUE(std::ranges::equal(image.bytes(), expected.bytes()));
}

}  // namespace
}  // namespace screenalytics
