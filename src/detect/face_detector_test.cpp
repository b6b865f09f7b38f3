// SPDX-License-Identifier: MIT
#include "detect/face_detector.h"

#include "core/error.h"
#include "detect/fake_network_test.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace screenalytics {
namespace {

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

Size input_of(int width, int height, double aspect = 1, int long_side = 640) {
  return input_size({width, height}, aspect, {.long_side = long_side});
}

TEST(InputSize, KeepsTheAspectInMultiplesOf32) {
  EXPECT_EQ(input_of(1920, 1080), (Size{640, 352}));
  EXPECT_EQ(input_of(960, 540), (Size{640, 352}));
  EXPECT_EQ(input_of(1080, 1920), (Size{352, 640}));
  EXPECT_EQ(input_of(1920, 1080, 1, 960), (Size{960, 544}));
  EXPECT_EQ(input_of(1920, 800), (Size{640, 256}));
}

TEST(InputSize, DoesNotEnlargeASmallPicture) {
  EXPECT_EQ(input_of(360, 288), (Size{352, 288}));
  EXPECT_EQ(input_of(400, 300), (Size{416, 320}));
  EXPECT_EQ(input_of(64, 48), (Size{64, 64}));
}

TEST(InputSize, IsNeverBelow32OrAboveTheLongSide) {
  EXPECT_EQ(input_of(5, 3), (Size{32, 32}));
  EXPECT_EQ(input_of(4000, 20), (Size{640, 32}));
  EXPECT_EQ(input_of(1920, 1080, 1, 10), (Size{32, 32}));
  EXPECT_EQ(input_of(1920, 1080, 1, 600).width, 576);
  EXPECT_EQ(input_of(0, 0), (Size{32, 32}));
}

TEST(InputSize, ShowsFacesInTheirNaturalShape) {
  EXPECT_EQ(input_of(720, 576, 64.0 / 45), (Size{640, 352}));
  EXPECT_EQ(input_of(720, 576, 16.0 / 15), (Size{640, 480}));
  EXPECT_EQ(input_of(352, 576, 0.5), (Size{192, 576}));
  EXPECT_EQ(input_of(1920, 1080, 0), input_of(1920, 1080));
  EXPECT_EQ(input_of(1920, 1080, std::nan("")), input_of(1920, 1080));
}

TEST(ToSource, ScalesBoxesAndLandmarksByEachAxis) {
  const Landmarks points{{{1, 1}, {2, 2}, {3, 3}, {4, 4}, {5, 5}}};
  const Detections found{{{10, 10, 50, 60}, points, 0.9F}, {{0, 0, 30, 30}, std::nullopt, 0.8F}};
  const Detections moved = to_source(found, {640, 352}, {1920, 1056 * 2}, {});
  ASSERT_EQ(moved.size(), 2U);
  EXPECT_EQ(moved[0].box, (Box{30, 60, 150, 360}));
  EXPECT_EQ(moved[0].landmarks.value_or(Landmarks{}).at(4), (Point{15, 30}));
  EXPECT_FLOAT_EQ(moved[0].score, 0.9F);
  EXPECT_FALSE(moved[1].landmarks);
}

TEST(ToSource, DropsFacesWhoseShorterSideIsTooSmall) {
  const Detections found{{{0, 0, 8, 40}, {}, 0.9F}, {{0, 0, 7.9F, 40}, {}, 0.8F}};
  EXPECT_EQ(to_source(found, {320, 320}, {640, 640}, {.min_face = 16}).size(), 1U);
  EXPECT_EQ(to_source(found, {320, 320}, {640, 640}, {.min_face = 15}).size(), 2U);
}

TEST(ToSource, DropsBoxesWithoutArea) {
  const Detections found{{{5, 5, 5, 9}, {}, 0.9F}, {{0, 0, kNan, 9}, {}, 0.8F}};
  EXPECT_TRUE(to_source(found, {64, 64}, {64, 64}, {.min_face = 0}).empty());
}

/// Black with a white 8x8 square.
Image square(Size size, int left, int top) {
  return Image::make(size, [&](std::uint8_t* pixels) {
    for (int y = top; y < top + 8; ++y) {
      for (int x = left * 3; x < (left + 8) * 3; ++x) pixels[y * size.width * 3 + x] = 255;
    }
  });
}

Model model_of(const FakeNetwork& network) { return {fake_scrfd(network), "fake", Device::cpu}; }

void expect_square(const Detections& found, float left, float top) {
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].box, (Box{left - 4, top - 4, left + 4, top + 4}));
  EXPECT_NEAR(found[0].score, 1, 1e-5);
}

ErrorKind kind_of_error(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& error) {
    EXPECT_EQ(std::string(error.what()).find('\n'), std::string::npos);
    return error.kind();
  }
  ADD_FAILURE() << "no error";
  return ErrorKind::internal;
}

TEST(FaceDetector, GivesEachImageItsOwnFaces) {
  for (const FakeNetwork& network :
       {FakeNetwork{}, FakeNetwork{.batch = 1}, FakeNetwork{.flat = true}}) {
    const Model model = model_of(network);
    const auto detector = make_detector("scrfd", model, {}, {});
    const Size size{96, 64};
    const std::vector<Image> images{square(size, 8, 16), square(size, 88, 56), square(size, 0, 0)};
    const auto found = detector->detect(images);
    ASSERT_EQ(found.size(), 3U);
    expect_square(found[0], 8, 16);
    expect_square(found[1], 88, 56);
    expect_square(found[2], 0, 0);
    EXPECT_TRUE(detector->detect({}).empty());
  }
}

TEST(FaceDetector, TakesPictureSizesAsTheyCome) {
  const Model model = model_of({});
  const auto detector = make_detector("scrfd", model, {}, {});
  for (const Size size : {Size{32, 32}, Size{640, 352}, Size{352, 640}}) {
    const std::vector<Image> images{square(size, 24, 8)};
    expect_square(detector->detect(images).at(0), 24, 8);
  }
}

TEST(FaceDetector, PadsPicturesForAModelOfFixedSize) {
  const Model model = model_of({.batch = 1, .side = 128, .flat = true});
  const auto detector = make_detector("scrfd", model, {}, {});
  const std::vector<Image> images{square({96, 64}, 40, 48)};
  expect_square(detector->detect(images).at(0), 40, 48);
}

TEST(FaceDetector, RefusesPicturesBeyondAModelsFixedSize) {
  const Model model = model_of({.side = 128});
  const auto detector = make_detector("scrfd", model, {}, {});
  const std::vector<Image> images{square({160, 96}, 0, 0)};
  EXPECT_EQ(kind_of_error([&] { detector->detect(images); }), ErrorKind::bad_usage);
}

TEST(FaceDetector, RefusesImagesOfSeveralSizesAndEmptyOnes) {
  const Model model = model_of({});
  const auto detector = make_detector("scrfd", model, {}, {});
  const std::vector<Image> mixed{square({64, 64}, 0, 0), square({96, 64}, 0, 0)};
  EXPECT_EQ(kind_of_error([&] { detector->detect(mixed); }), ErrorKind::internal);
  const std::vector<Image> empty(1);
  EXPECT_EQ(kind_of_error([&] { detector->detect(empty); }), ErrorKind::internal);
}

TEST(FaceDetector, DropsScoresUnderTheLimit) {
  const Model model = model_of({});
  const PixelFormat half{.scale = {0.5F, 0.5F, 0.5F}};  // scores become 0.5
  const std::vector<Image> images{square({64, 64}, 8, 8)};
  EXPECT_EQ(make_detector("scrfd", model, half, {.min_score = 0.45})->detect(images)[0].size(), 1U);
  EXPECT_TRUE(make_detector("scrfd", model, half, {.min_score = 0.55})->detect(images)[0].empty());
}

TEST(FaceDetector, SuppressesOverlappingFaces) {
  const Model model = model_of({});
  // All white: a face at each anchor of strides 8, 16 and 32; only those of one stride do not
  // touch.
  const Image white =
      Image::make({64, 64}, [](std::uint8_t* pixels) { std::fill_n(pixels, 64 * 64 * 3, 255); });
  const auto count = [&](double max_overlap) {
    return make_detector("scrfd", model, {}, {.max_overlap = max_overlap})
        ->detect({&white, 1})[0]
        .size();
  };
  EXPECT_EQ(count(1), 64U + 16U + 4U);
  EXPECT_EQ(count(0.3), 64U + 16U + 4U);
  EXPECT_LT(count(0.2), 84U);
}

TEST(MakeDetector, RefusesUnknownFamiliesAndModelsOfAnotherFamily) {
  const Model model = model_of({});
  for (const char* family : {"", "haar", "retinaface", "yunet"}) {
    EXPECT_EQ(kind_of_error([&] { make_detector(family, model, {}, {}); }), ErrorKind::bad_model);
  }
}

TEST(MakeDetector, RefusesAModelOfAFixedBatchAboveOne) {
  const Model model = model_of({.batch = 4});
  EXPECT_EQ(kind_of_error([&] { make_detector("scrfd", model, {}, {}); }), ErrorKind::bad_model);
}

}  // namespace
}  // namespace screenalytics
