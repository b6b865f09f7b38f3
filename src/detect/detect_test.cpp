// SPDX-License-Identifier: MIT
#include "core/error.h"
#include "detect/outputs.h"
#include "detect/retinaface.h"
#include "detect/scrfd.h"
#include "detect/suppress.h"
#include "detect/yunet.h"

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace screenalytics {
namespace {

using ::testing::ElementsAre;

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

Tensor filled(std::vector<std::int64_t> shape, float value) {
  std::size_t count = 1;
  for (const std::int64_t side : shape) count *= static_cast<std::size_t>(side);
  return {std::move(shape), std::vector<float>(count, value)};
}

/// Writes one row of an output; `row` counts over all images.
void put(Tensor& tensor, std::size_t row, std::vector<float> values) {
  const auto width = static_cast<std::size_t>(tensor.shape.back());
  for (std::size_t i = 0; i < values.size(); ++i) tensor.values[row * width + i] = values[i];
}

void expect_box(const Box& box, const Box& wanted) {
  EXPECT_NEAR(box.left, wanted.left, 1e-3);
  EXPECT_NEAR(box.top, wanted.top, 1e-3);
  EXPECT_NEAR(box.right, wanted.right, 1e-3);
  EXPECT_NEAR(box.bottom, wanted.bottom, 1e-3);
}

/// Not a number where the face has no landmarks, so that no comparison holds.
Point landmark(const Detection& face, std::size_t i) {
  return face.landmarks ? face.landmarks->at(i) : Point{kNan, kNan};
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

TEST(Suppress, DropsWhatOverlapsABetterOneByMore) {
  const Detection best{{0, 0, 10, 10}, {}, 0.9F};
  const Detection close{{0, 0, 10, 5}, {}, 0.8F};   // IoU 0.5
  const Detection apart{{5, 0, 15, 10}, {}, 0.7F};  // IoU 1/3 with the best
  const auto scores = [&](double max_overlap) {
    std::vector<float> result;
    for (const Detection& d : suppress({apart, close, best}, max_overlap))
      result.push_back(d.score);
    return result;
  };
  EXPECT_THAT(scores(0.4), ElementsAre(0.9F, 0.7F));
  EXPECT_THAT(scores(0.5), ElementsAre(0.9F, 0.8F, 0.7F));
  EXPECT_THAT(scores(0.3), ElementsAre(0.9F));
}

TEST(Suppress, ADroppedFaceSuppressesNothing) {
  const Detections chain{
      {{0, 0, 10, 10}, {}, 0.9F}, {{4, 0, 14, 10}, {}, 0.8F}, {{8, 0, 18, 10}, {}, 0.7F}};
  EXPECT_EQ(suppress(chain, 0.4).size(), 2U);
}

TEST(Suppress, EqualScoresComeInAFixedOrder) {
  const Detection a{{0, 0, 5, 5}, {}, 0.5F};
  const Detection b{{0, 10, 5, 15}, {}, 0.5F};
  const Detection c{{20, 0, 25, 5}, {}, 0.5F};
  for (const Detections& given : {Detections{a, b, c}, Detections{c, b, a}, Detections{b, c, a}}) {
    const Detections kept = suppress(given, 0.4);
    ASSERT_EQ(kept.size(), 3U);
    EXPECT_EQ(kept[0].box, a.box);
    EXPECT_EQ(kept[1].box, b.box);
    EXPECT_EQ(kept[2].box, c.box);
  }
}

// A 64x32 input has 8*4*2 + 4*2*2 + 2*1*2 = 84 priors.
constexpr std::int64_t kPriors = 84;
constexpr NetworkInput kRetinaInput{1, {64, 32}};

std::vector<Tensor> retinaface_outputs(std::int64_t images, float background, float face) {
  Tensor scores = filled({images, kPriors, 2}, background);
  for (std::size_t i = 1; i < scores.values.size(); i += 2) scores.values[i] = face;
  return {filled({images, kPriors, 4}, 0), std::move(scores), filled({images, kPriors, 10}, 0)};
}

TEST(RetinaFace, DecodesAPriorByItsVariances) {
  auto outputs = retinaface_outputs(1, 1, 0);
  const std::size_t prior = 64 + (1 * 4 + 2) * 2 + 1;  // stride 16, row 1, column 2, side 128
  put(outputs[0], prior, {0.5F, -0.25F, 1, -1});
  put(outputs[1], prior, {0.1F, 0.9F});
  put(outputs[2], prior, {-1, 0, 1, 0, 0, 0, -1, 1, 1, 1});
  const Detections found = decode_retinaface(outputs, kRetinaInput, 0, 0.5);
  ASSERT_EQ(found.size(), 1U);
  // Centre (40, 24) moves by 0.1 * 128 * (0.5, -0.25); sides 128 * exp(+-0.2).
  const float width = 128 * std::exp(0.2F), height = 128 * std::exp(-0.2F);
  expect_box(found[0].box,
             {46.4F - width / 2, 20.8F - height / 2, 46.4F + width / 2, 20.8F + height / 2});
  EXPECT_FLOAT_EQ(found[0].score, 0.9F);
  EXPECT_NEAR(landmark(found[0], 0).x, 40 - 12.8, 1e-4);
  EXPECT_NEAR(landmark(found[0], 4).y, 24 + 12.8, 1e-4);
}

TEST(RetinaFace, PriorsOfAllStridesLieWhereTheReferencePutsThem) {
  for (const auto& [prior, box] : std::vector<std::pair<std::size_t, Box>>{
           {0, {-4, -4, 12, 12}},                    // stride 8, first cell, side 16
           {(3 * 8 + 7) * 2 + 1, {44, 12, 76, 44}},  // stride 8, last cell, side 32
           {64, {-24, -24, 40, 40}},                 // stride 16, first cell, side 64
           {80, {-112, -112, 144, 144}},             // stride 32, first cell, side 256
           {83, {-208, -240, 304, 272}}}) {          // stride 32, second cell, side 512
    auto outputs = retinaface_outputs(1, 1, 0);
    put(outputs[1], prior, {0, 1});
    const Detections found = decode_retinaface(outputs, kRetinaInput, 0, 0.5);
    ASSERT_EQ(found.size(), 1U) << prior;
    expect_box(found[0].box, box);
  }
}

TEST(RetinaFace, TurnsLogitsIntoProbabilities) {
  auto outputs = retinaface_outputs(1, 4, -4);
  put(outputs[1], 3, {-1, 1});
  put(outputs[1], 5, {0.2F, 0.1F});
  const Detections found = decode_retinaface(outputs, kRetinaInput, 0, 0.5);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_NEAR(found[0].score, 1 / (1 + std::exp(-2.0)), 1e-6);
}

TEST(RetinaFace, KeepsScoresAtTheLimitAndDropsWeakerOnes) {
  auto outputs = retinaface_outputs(1, 1, 0);
  put(outputs[1], 0, {0.5F, 0.5F});
  put(outputs[1], 7, {0.501F, 0.499F});
  EXPECT_EQ(decode_retinaface(outputs, kRetinaInput, 0, 0.5).size(), 1U);
  EXPECT_EQ(decode_retinaface(outputs, kRetinaInput, 0, 0.4).size(), 2U);
}

TEST(RetinaFace, ReadsEachImageOfABatch) {
  auto outputs = retinaface_outputs(2, 1, 0);
  put(outputs[1], kPriors + 5, {0, 1});
  const NetworkInput input{2, {64, 32}};
  EXPECT_TRUE(decode_retinaface(outputs, input, 0, 0.5).empty());
  EXPECT_EQ(decode_retinaface(outputs, input, 1, 0.5).size(), 1U);
}

TEST(RetinaFace, DropsBoxesThatAreNotFinite) {
  auto outputs = retinaface_outputs(1, 1, 0);
  put(outputs[1], 0, {0, 1});
  put(outputs[0], 0, {0, 0, 1e9F, 0});
  put(outputs[1], 1, {kNan, kNan});
  put(outputs[1], 2, {0, 1});
  put(outputs[2], 2, {kNan});
  const Detections found = decode_retinaface(outputs, kRetinaInput, 0, 0.5);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_FALSE(found[0].landmarks);
}

TEST(RetinaFace, RefusesOutputsOfAnotherInputSize) {
  const auto outputs = retinaface_outputs(1, 1, 0);
  EXPECT_EQ(kind_of_error([&] { decode_retinaface(outputs, {1, {64, 64}}, 0, 0.5); }),
            ErrorKind::bad_model);
  EXPECT_EQ(kind_of_error([&] { decode_retinaface(outputs, {2, {64, 32}}, 0, 0.5); }),
            ErrorKind::bad_model);
}

TEST(RetinaFace, FindsItsOutputsByTheirLastAxis) {
  const std::vector<TensorInfo> outputs{
      {"landms", {-1, -1, 10}}, {"loc", {-1, -1, 4}}, {"conf", {-1, -1, 2}}};
  EXPECT_THAT(retinaface_order(outputs), ElementsAre(1, 2, 0));
  EXPECT_EQ(kind_of_error([&] { retinaface_order(std::span(outputs).first(2)); }),
            ErrorKind::bad_model);
}

// A 64x32 input has 32, 8 and 2 cells at strides 8, 16 and 32.
constexpr NetworkInput kSmall{1, {64, 32}};

std::vector<Tensor> scrfd_outputs(std::int64_t anchors,
                                  bool landmarks,
                                  bool flat,
                                  std::int64_t images = 1) {
  std::vector<Tensor> outputs;
  for (const std::int64_t width : {1, 4, 10}) {
    if (width == 10 && !landmarks) continue;
    for (const std::int64_t cell_count : {32, 8, 2}) {
      const std::int64_t rows = cell_count * anchors;
      outputs.push_back(flat ? filled({rows, width}, 0) : filled({images, rows, width}, 0));
    }
  }
  return outputs;
}

TEST(Scrfd, DecodesDistancesFromTheAnchorInStrides) {
  for (const bool flat : {true, false}) {
    auto outputs = scrfd_outputs(2, true, flat);
    const std::size_t row = (1 * 4 + 3) * 2 + 1;  // stride 16, row 1, column 3, second anchor
    put(outputs[1], row, {0.8F});
    put(outputs[4], row, {1, 0.5F, 2, 1.5F});
    put(outputs[7], row, {-1, -0.5F, 1, -0.5F, 0, 0, -1, 1, 1, 1});
    const Detections found = decode_scrfd(outputs, kSmall, 0, 0.5);
    ASSERT_EQ(found.size(), 1U);
    expect_box(found[0].box, {48 - 16, 16 - 8, 48 + 32, 16 + 24});
    EXPECT_FLOAT_EQ(found[0].score, 0.8F);
    EXPECT_EQ(landmark(found[0], 0), (Point{32, 8}));
    EXPECT_EQ(landmark(found[0], 4), (Point{64, 32}));
  }
}

TEST(Scrfd, WorksWithOneAnchorAndWithoutLandmarks) {
  auto outputs = scrfd_outputs(1, false, true);
  put(outputs[2], 1, {0.9F});
  put(outputs[5], 1, {0.5F, 0, 0.5F, 1});
  const Detections found = decode_scrfd(outputs, kSmall, 0, 0.5);
  ASSERT_EQ(found.size(), 1U);
  expect_box(found[0].box, {16, 0, 48, 32});
  EXPECT_FALSE(found[0].landmarks);
}

TEST(Scrfd, ReadsFiveStrides) {
  std::vector<Tensor> outputs;
  for (const std::int64_t width : {1, 4, 10}) {
    for (const std::int64_t rows : {256, 64, 16, 4, 1}) outputs.push_back(filled({rows, width}, 0));
  }
  put(outputs[4], 0, {0.7F});
  put(outputs[9], 0, {0, 0, 0.5F, 0.25F});
  const Detections found = decode_scrfd(outputs, {1, {128, 128}}, 0, 0.5);
  ASSERT_EQ(found.size(), 1U);
  expect_box(found[0].box, {0, 0, 64, 32});
  EXPECT_TRUE(found[0].landmarks);
}

TEST(Scrfd, ReadsEachImageOfABatch) {
  auto outputs = scrfd_outputs(2, false, false, 2);
  put(outputs[0], 64 + 9, {0.6F});
  put(outputs[3], 64 + 9, {1, 1, 1, 1});
  const NetworkInput input{2, {64, 32}};
  EXPECT_TRUE(decode_scrfd(outputs, input, 0, 0.5).empty());
  EXPECT_EQ(decode_scrfd(outputs, input, 1, 0.5).size(), 1U);
}

TEST(Scrfd, RefusesAFlattenedBatchAndOtherRowCounts) {
  const auto flat = scrfd_outputs(2, true, true);
  EXPECT_EQ(kind_of_error([&] { decode_scrfd(flat, {2, {64, 32}}, 0, 0.5); }),
            ErrorKind::bad_model);
  EXPECT_EQ(kind_of_error([&] { decode_scrfd(flat, {1, {96, 32}}, 0, 0.5); }),
            ErrorKind::bad_model);
}

TEST(Scrfd, TurnsLogitsIntoProbabilities) {
  auto outputs = scrfd_outputs(2, false, true);
  for (float& score : outputs[0].values) score = -5;
  for (float& score : outputs[1].values) score = -5;
  for (float& score : outputs[2].values) score = -5;
  put(outputs[0], 0, {0.4F});
  put(outputs[3], 0, {1, 1, 1, 1});
  const Detections found = decode_scrfd(outputs, kSmall, 0, 0.5);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_NEAR(found[0].score, 1 / (1 + std::exp(-0.4)), 1e-6);
}

std::vector<TensorInfo> scrfd_infos(bool landmarks) {
  std::vector<TensorInfo> infos;
  for (const std::int64_t width : {1, 4, 10}) {
    if (width == 10 && !landmarks) continue;
    for (const std::int64_t rows : {12800, 3200, 800}) {
      infos.push_back({std::to_string(400 + infos.size()), {rows, width}});
    }
  }
  return infos;
}

TEST(Scrfd, OrdersOutputsByKindThenStride) {
  EXPECT_THAT(scrfd_order(scrfd_infos(true)), ElementsAre(0, 1, 2, 3, 4, 5, 6, 7, 8));
  EXPECT_THAT(scrfd_order(scrfd_infos(false)), ElementsAre(0, 1, 2, 3, 4, 5));
  const std::vector<TensorInfo> by_stride{{"score_8", {-1, -1, 1}},
                                          {"bbox_8", {-1, -1, 4}},
                                          {"score_16", {-1, -1, 1}},
                                          {"bbox_16", {-1, -1, 4}},
                                          {"score_32", {-1, -1, 1}},
                                          {"bbox_32", {-1, -1, 4}}};
  EXPECT_THAT(scrfd_order(by_stride), ElementsAre(0, 2, 4, 1, 3, 5));
}

TEST(Scrfd, RefusesOtherOutputs) {
  auto infos = scrfd_infos(true);
  infos.pop_back();
  EXPECT_EQ(kind_of_error([&] { scrfd_order(infos); }), ErrorKind::bad_model);
  EXPECT_EQ(kind_of_error([] { scrfd_order({}); }), ErrorKind::bad_model);
}

TEST(Scrfd, AFlattenedModelTakesOnePictureAtATime) {
  EXPECT_FALSE(keeps_batch_axis(scrfd_infos(true)));
  EXPECT_TRUE(keeps_batch_axis(std::vector<TensorInfo>{{"score_8", {-1, -1, 1}}}));
}

std::vector<Tensor> yunet_outputs() {
  std::vector<Tensor> outputs;
  for (const std::int64_t width : {1, 1, 4, 10}) {
    for (const std::int64_t rows : {32, 8, 2}) outputs.push_back(filled({1, rows, width}, 0));
  }
  return outputs;
}

TEST(YuNet, DecodesCentreSizeAndPointsInStrides) {
  auto outputs = yunet_outputs();
  const std::size_t cell = 1 * 4 + 2;  // stride 16, row 1, column 2
  put(outputs[1], cell, {0.81F});
  put(outputs[4], cell, {1.2F});  // beyond 1 counts as 1
  put(outputs[7], cell, {0.5F, 0.25F, 1, 0});
  put(outputs[10], cell, {0, 0, 1, 0, 0.5F, 0.5F, 0, 1, 1, 1});
  const Detections found = decode_yunet(outputs, kSmall, 0, 0.5);
  ASSERT_EQ(found.size(), 1U);
  const float half_width = 8 * std::exp(1.0F);
  expect_box(found[0].box, {40 - half_width, 20 - 8, 40 + half_width, 20 + 8});
  EXPECT_NEAR(found[0].score, 0.9, 1e-6);
  EXPECT_EQ(landmark(found[0], 0), (Point{32, 16}));
  EXPECT_EQ(landmark(found[0], 4), (Point{48, 32}));
}

TEST(YuNet, NeedsBothClassAndObjectness) {
  auto outputs = yunet_outputs();
  put(outputs[0], 0, {1});
  put(outputs[3], 0, {0.2F});
  put(outputs[3], 1, {1});
  EXPECT_TRUE(decode_yunet(outputs, kSmall, 0, 0.5).empty());
  EXPECT_EQ(decode_yunet(outputs, kSmall, 0, 0.4).size(), 1U);
}

TEST(YuNet, RefusesOutputsOfAnotherInputSize) {
  EXPECT_EQ(kind_of_error([] { decode_yunet(yunet_outputs(), {1, {64, 64}}, 0, 0.5); }),
            ErrorKind::bad_model);
}

TEST(YuNet, FindsItsOutputsByNameOrInOrder) {
  std::vector<TensorInfo> named;
  std::vector<TensorInfo> unnamed;
  for (const int stride : {32, 16, 8}) {
    for (const auto& [name, width] : std::vector<std::pair<std::string, std::int64_t>>{
             {"kps", 10}, {"bbox", 4}, {"obj", 1}, {"cls", 1}}) {
      named.push_back({name + "_" + std::to_string(stride), {-1, -1, width}});
    }
  }
  for (const std::int64_t width : {1, 1, 1, 1, 1, 1, 4, 4, 4, 10, 10, 10}) {
    unnamed.push_back({std::to_string(unnamed.size()), {-1, -1, width}});
  }
  EXPECT_THAT(yunet_order(named), ElementsAre(11, 7, 3, 10, 6, 2, 9, 5, 1, 8, 4, 0));
  EXPECT_THAT(yunet_order(unnamed), ElementsAre(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11));
  std::swap(unnamed[0], unnamed[8]);
  EXPECT_EQ(kind_of_error([&] { yunet_order(unnamed); }), ErrorKind::bad_model);
  EXPECT_EQ(kind_of_error([&] { yunet_order(std::span(named).first(11)); }), ErrorKind::bad_model);
}

}  // namespace
}  // namespace screenalytics
