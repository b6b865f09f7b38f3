// SPDX-License-Identifier: MIT
#include "video/picture.h"

#include "core/error.h"
#include "video/ffmpeg_library.h"
#include "video/frame_picture.h"
#include "video/test_pictures.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

extern "C" {
#include <libavutil/display.h>
#include <libavutil/pixdesc.h>
}

namespace screenalytics {
namespace {

class EveryFormat : public testing::TestWithParam<AVPixelFormat> {};

TEST_P(EveryFormat, GivesTheColoursBack) {
  const auto picture = make_picture(drawn(GetParam(), {322, 246}, gentle), {});
  const Rect part{33, 21, 180, 200};
  const Miss window = miss(picture->window(part).image, gentle, picture->size(), part);
  EXPECT_LT(window.mean, 1.5);
  EXPECT_LE(window.most, 8);
  for (const Size size : {Size{160, 123}, Size{64, 32}, Size{322, 246}, Size{500, 400}}) {
    const Image scaled = picture->scaled(size);
    ASSERT_EQ(scaled.size(), size);
    EXPECT_LT(miss(scaled, gentle).mean, 1.8) << size.width;
  }
}

INSTANTIATE_TEST_SUITE_P(Formats,
                         EveryFormat,
                         testing::Values(AV_PIX_FMT_YUV420P,
                                         AV_PIX_FMT_YUV422P,
                                         AV_PIX_FMT_YUV444P,
                                         AV_PIX_FMT_NV12,
                                         AV_PIX_FMT_NV21,
                                         AV_PIX_FMT_YUV420P10,
                                         AV_PIX_FMT_YUV422P10,
                                         AV_PIX_FMT_YUV444P12,
                                         AV_PIX_FMT_YUV420P12,
                                         AV_PIX_FMT_P010,
                                         AV_PIX_FMT_YUVA420P,
                                         AV_PIX_FMT_YUV410P,
                                         AV_PIX_FMT_YUV411P,
                                         AV_PIX_FMT_YUV440P,
                                         AV_PIX_FMT_YUYV422,
                                         AV_PIX_FMT_UYVY422,
                                         AV_PIX_FMT_RGB24,
                                         AV_PIX_FMT_BGRA,
                                         AV_PIX_FMT_GBRP,
                                         AV_PIX_FMT_GBRP10,
                                         AV_PIX_FMT_RGB48,
                                         AV_PIX_FMT_YUV420P10BE),
                         [](const auto& given) {
                           load_ffmpeg();  // names are made before main
                           return std::string(av_get_pix_fmt_name(given.param));
                         });

struct Meaning {
  const char* name;
  Marks marks;
};
class EveryMatrix : public testing::TestWithParam<Meaning> {};

TEST_P(EveryMatrix, GivesTheColoursBack) {
  for (const AVPixelFormat format : {AV_PIX_FMT_YUV420P, AV_PIX_FMT_YUV444P10}) {
    const auto picture = make_picture(drawn(format, {128, 96}, gentle, GetParam().marks), {});
    EXPECT_LT(miss(picture->window({0, 0, 128, 96}).image, gentle).mean, 1.8) << format;
    EXPECT_LT(miss(picture->scaled({64, 48}), gentle).mean, 1.8) << format;
  }
}

INSTANTIATE_TEST_SUITE_P(
    Matrices,
    EveryMatrix,
    testing::Values(Meaning{"bt601", {AVCOL_SPC_SMPTE170M, AVCOL_RANGE_MPEG}},
                    Meaning{"bt601_full", {AVCOL_SPC_BT470BG, AVCOL_RANGE_JPEG}},
                    Meaning{"bt709", {AVCOL_SPC_BT709, AVCOL_RANGE_MPEG}},
                    Meaning{"bt709_full", {AVCOL_SPC_BT709, AVCOL_RANGE_JPEG}},
                    Meaning{"bt2020", {AVCOL_SPC_BT2020_NCL, AVCOL_RANGE_MPEG}},
                    Meaning{"bt2020_full", {AVCOL_SPC_BT2020_NCL, AVCOL_RANGE_JPEG}}),
    [](const auto& given) { return std::string(given.param.name); });

TEST(Picture, TakesUnmarkedHdForBt709AndTheRestForBt601) {
  const Marks hd{AVCOL_SPC_BT709, AVCOL_RANGE_MPEG};
  const Marks sd{AVCOL_SPC_SMPTE170M, AVCOL_RANGE_MPEG};
  for (const auto& [size, marks] : {std::pair{Size{960, 720}, hd},
                                    {Size{1280, 534}, hd},
                                    {Size{720, 576}, sd},
                                    {Size{64, 48}, sd}}) {
    FramePtr frame = drawn(AV_PIX_FMT_YUV420P, size, gentle, marks);
    frame->colorspace = AVCOL_SPC_UNSPECIFIED;
    frame->color_range = AVCOL_RANGE_UNSPECIFIED;
    EXPECT_LT(miss(make_picture(std::move(frame), {})->scaled({64, 48}), gentle).mean, 1.8)
        << size.width;
  }
}

TEST(Picture, ShowsGreyPictures) {
  const Scene grey = [](double x, double y) {
    const double value = 20 + 200 * x * y;
    return Colour{value, value, value};
  };
  for (const AVPixelFormat format : {AV_PIX_FMT_GRAY8, AV_PIX_FMT_GRAY10, AV_PIX_FMT_YA8}) {
    const auto picture =
        make_picture(drawn(format, {101, 77}, grey, {AVCOL_SPC_UNSPECIFIED, AVCOL_RANGE_JPEG}), {});
    EXPECT_LT(miss(picture->window({0, 0, 101, 77}).image, grey).mean, 1.5) << format;
    EXPECT_LT(miss(picture->scaled({50, 30}), grey).mean, 1.8) << format;
  }
}

TEST(Picture, ShowsPalettes) {
  FramePtr frame = allocate(AV_PIX_FMT_PAL8, {8, 4});
  auto* palette = reinterpret_cast<std::uint32_t*>(frame->data[1]);
  std::fill_n(palette, 256, 0xFF10FF30U);
  for (int y = 0; y < 4; ++y) std::fill_n(frame->data[0] + y * frame->linesize[0], 8, 7);
  const auto picture = make_picture(std::move(frame), {});
  const std::array<int, 3> bgr = pixel(picture->scaled({4, 4}), 1, 1);
  EXPECT_NEAR(bgr[0], 0x30, 2);
  EXPECT_NEAR(bgr[1], 0xFF, 2);
  EXPECT_NEAR(bgr[2], 0x10, 2);
}

TEST(Picture, RefusesPixelsThatCannotBeRead) {
  FramePtr frame = make_frame();
  EXPECT_THROW(make_picture(std::move(frame), {}), Error);
  frame = make_frame();
  frame->format = AV_PIX_FMT_VAAPI;
  frame->width = frame->height = 16;
  try {
    make_picture(std::move(frame), {});
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::bad_media);
    EXPECT_STREQ(error.what(), "pictures of pixel format 'vaapi' cannot be read");
  }
}

TEST(Picture, CutsWindowsAsTheWholePictureShowsThem) {
  const Scene busy = [](double x, double y) {
    return Colour{128 + 100 * std::sin(x * 90),
                  128 + 90 * std::cos(y * 70),
                  128 + 80 * std::sin((x + y) * 60)};
  };
  for (const AVPixelFormat format :
       {AV_PIX_FMT_YUV420P, AV_PIX_FMT_YUV422P, AV_PIX_FMT_NV12, AV_PIX_FMT_YUV420P10}) {
    for (const int interlaced : {0, 1}) {
      FramePtr frame = drawn(format, {97, 65}, busy);
      frame->interlaced_frame = interlaced;
      const auto picture = make_picture(std::move(frame), {});
      const Image whole = picture->window({0, 0, 97, 65}).image;
      for (const Rect& part :
           {Rect{0, 0, 1, 1}, Rect{13, 7, 50, 40}, Rect{90, 60, 97, 65}, Rect{3, 2, 4, 64}}) {
        const Window window = picture->window(part);
        ASSERT_EQ(window.place, part);
        for (int y = part.top; y < part.bottom; ++y) {
          const auto row = whole.row(y).subspan(static_cast<std::size_t>(part.left) * 3);
          EXPECT_TRUE(
              std::ranges::equal(window.image.row(y - part.top), row.first(window.image.stride())))
              << format << " " << part.left << " " << y;
        }
      }
    }
  }
}

TEST(Picture, ClipsWindowsToThePicture) {
  const auto picture = make_picture(drawn(AV_PIX_FMT_YUV420P, {64, 48}, gentle), {});
  EXPECT_EQ(picture->window({-10, -20, 30, 500}).place, (Rect{0, 0, 30, 48}));
  EXPECT_TRUE(picture->window({64, 0, 80, 20}).image.empty());
  EXPECT_TRUE(picture->window({20, 20, 20, 40}).image.empty());
  EXPECT_TRUE(picture->scaled({0, 10}).empty());
}

TEST(Picture, KeepsPlacesWhenScaling) {
  // A white square on black: its centre of mass must be where the geometry says, at any size.
  const Scene square = [](double x, double y) {
    const double on = x > 0.25 && x < 0.5 && y > 0.5 && y < 0.75 ? 235 : 16;
    return Colour{on, on, on};
  };
  for (const Size size :
       {Size{640, 352}, Size{300, 200}, Size{1000, 1000}, Size{100, 400}, Size{2000, 90}}) {
    const Image image =
        make_picture(drawn(AV_PIX_FMT_YUV420P, {960, 540}, square), {})->scaled(size);
    double mass = 0, at_x = 0, at_y = 0;
    for (int y = 0; y < size.height; ++y) {
      for (int x = 0; x < size.width; ++x) {
        const double value = std::max(pixel(image, x, y)[1] - 20, 0);
        mass += value;
        at_x += value * (x + 0.5);
        at_y += value * (y + 0.5);
      }
    }
    EXPECT_NEAR(at_x / mass / size.width, 0.375, 0.5 / std::min(size.width, 960)) << size.width;
    EXPECT_NEAR(at_y / mass / size.height, 0.625, 0.5 / std::min(size.height, 540)) << size.width;
  }
}

struct Turn {
  int rotation;
  bool mirrored;
};
class EveryTurn : public testing::TestWithParam<Turn> {};

TEST_P(EveryTurn, IsTheSameForScalingAndWindows) {
  const auto [rotation, mirrored] = GetParam();
  const Scene upright = [&](double x, double y) {
    if (mirrored) x = 1 - x;
    if (rotation == 90) return gentle(y, 1 - x);
    if (rotation == 180) return gentle(1 - x, 1 - y);
    if (rotation == 270) return gentle(1 - y, x);
    return gentle(x, y);
  };
  const auto picture =
      make_picture(drawn(AV_PIX_FMT_YUV420P, {121, 64}, gentle),
                   {.rotation = rotation, .mirrored = mirrored, .stored_pixel_aspect = 1.25});
  const bool turned = rotation % 180 == 90;
  EXPECT_EQ(picture->size(), turned ? (Size{64, 121}) : (Size{121, 64}));
  EXPECT_DOUBLE_EQ(picture->pixel_aspect(), turned ? 0.8 : 1.25);
  EXPECT_LT(miss(picture->scaled({40, 30}), upright).mean, 3);
  const Window window = picture->window({5, 11, 50, 60});
  EXPECT_EQ(window.place, (Rect{5, 11, 50, 60}));
  EXPECT_LT(miss(window.image, upright, picture->size(), window.place).mean, 1.8);
}

INSTANTIATE_TEST_SUITE_P(Turns,
                         EveryTurn,
                         testing::Values(Turn{0, false},
                                         Turn{90, false},
                                         Turn{180, false},
                                         Turn{270, false},
                                         Turn{0, true},
                                         Turn{90, true},
                                         Turn{180, true},
                                         Turn{270, true}));

TEST(Picture, MergesTheFieldsOfInterlacedFrames) {
  // Something moved between the two fields: even rows show it, odd rows do not.
  const auto frame = [] {
    FramePtr comb =
        drawn(AV_PIX_FMT_YUV420P, {720, 576}, [](double, double) { return Colour{16, 16, 16}; });
    for (int y = 0; y < 576; y += 2) std::fill_n(comb->data[0] + y * comb->linesize[0], 720, 200);
    comb->interlaced_frame = 1;
    return comb;
  };
  const auto comb = [](const Image& image) {
    int most = 0;
    for (int y = 2; y + 2 < image.size().height; ++y) {
      most = std::max(most, std::abs(pixel(image, 5, y)[1] - pixel(image, 5, y - 1)[1]));
    }
    return most;
  };
  const auto picture = make_picture(frame(), {});
  EXPECT_LE(comb(picture->window({0, 0, 64, 64}).image), 2);
  for (const Size size :
       {Size{640, 512}, Size{720, 576}, Size{320, 192}, Size{320, 288}, Size{900, 800}}) {
    EXPECT_LE(comb(picture->scaled(size)), 2) << size.height;
  }
  FramePtr progressive = frame();
  progressive->interlaced_frame = 0;
  EXPECT_GT(comb(make_picture(std::move(progressive), {})->window({0, 0, 64, 64}).image), 150);
}

/// A stream that carries a display matrix.
PictureShape shape_with(const std::array<std::int32_t, 9>& matrix, AVRational aspect = {0, 1}) {
  const std::unique_ptr<AVFormatContext, FreedBy<avformat_close_input>> format(
      avformat_alloc_context());
  AVStream* stream = avformat_new_stream(format.get(), nullptr);
  stream->sample_aspect_ratio = aspect;
  auto* data = av_stream_new_side_data(stream, AV_PKT_DATA_DISPLAYMATRIX, sizeof matrix);
  std::ranges::copy(matrix, reinterpret_cast<std::int32_t*>(data));
  return shape_of(*stream);
}

TEST(PictureShape, ReadsEveryTurnAndFlip) {
  for (const int rotation : {0, 90, 180, 270}) {
    for (const bool mirrored : {false, true}) {
      std::array<std::int32_t, 9> matrix{};
      av_display_rotation_set(matrix.data(), rotation);  // clockwise in FFmpeg 5
      if (mirrored) {  // across, after the turn: negates what makes x'
        matrix[0] = -matrix[0];
        matrix[3] = -matrix[3];
      }
      const PictureShape shape = shape_with(matrix, {4, 3});
      EXPECT_EQ(shape.rotation, rotation) << mirrored;
      EXPECT_EQ(shape.mirrored, mirrored) << rotation;
      EXPECT_DOUBLE_EQ(shape.stored_pixel_aspect, 4.0 / 3);
    }
  }
}

TEST(PictureShape, RoundsOddAnglesAndIgnoresNonsense) {
  std::array<std::int32_t, 9> matrix{};
  EXPECT_EQ(shape_with(matrix).rotation, 0);
  EXPECT_FALSE(shape_with(matrix).mirrored);
  EXPECT_DOUBLE_EQ(shape_with(matrix, {0, 0}).stored_pixel_aspect, 1);
  av_display_rotation_set(matrix.data(), 86);
  EXPECT_EQ(shape_with(matrix).rotation, 90);
}

}  // namespace
}  // namespace screenalytics
