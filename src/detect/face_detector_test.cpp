// SPDX-License-Identifier: MIT
#include "detect/face_detector.h"

#include "core/error.h"
#include "detect/fake_network_test.h"

#include <cstddef>
#include <functional>

#include <gtest/gtest.h>

namespace screenalytics {
namespace {

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
