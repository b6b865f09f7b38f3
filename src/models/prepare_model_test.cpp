// SPDX-License-Identifier: MIT
#include "files/atomic_file.h"
#include "infer/model.h"
#include "models/check_model.h"
#include "models/prepare.h"

#include <algorithm>
#include <cmath>
#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace screenalytics {
namespace {

using ::testing::ElementsAre;

Tensor waves(const std::vector<std::int64_t>& shape, float phase) {
  Tensor tensor{shape, {}};
  for (std::int64_t i = 0; i < shape[1] * shape[2] * shape[3]; ++i) {
    tensor.values.push_back(std::sin(static_cast<float>(i) * 0.013F + phase));
  }
  return tensor;
}

std::vector<std::uint8_t> shared_model(const std::string& file) {
  const auto path = std::filesystem::path(SCREENALYTICS_SHARED_DIR) / "models" / file;
  if (!std::filesystem::exists(path)) return {};
  return read_bytes(path);
}

bool kept(const Preparation& preparation, const std::string& name) {
  return std::ranges::any_of(preparation.steps, [&](const PreparationStep& step) {
    return step.name == name && step.kept;
  });
}

TEST(PrepareRealModel, FreesTheBatchOfAnEmbedderWithoutChangingItsOutputs) {
  const std::vector<std::uint8_t> original = shared_model("mobilefacenet_foamliu_128d.onnx");
  if (original.empty()) GTEST_SKIP() << "the shared test models are not at hand";
  const std::vector<Tensor> checks{waves({1, 3, 112, 112}, 0), waves({1, 3, 112, 112}, 1)};
  const Preparation prepared = prepare_model(original, checks, {});
  EXPECT_TRUE(kept(prepared, "free-axes"));
  const Model model(prepared.model, "prepared", Device::cpu);
  EXPECT_THAT(model.inputs().front().shape, ElementsAre(-1, 3, 112, 112));
  EXPECT_LT(batch_difference(model, checks[0], checks[1]).relative, 1e-5);
  const Model published(original, "published", Device::cpu);
  EXPECT_LT(difference_of(model.run(checks[1]), published.run(checks[1])).relative, 1e-5);
}

TEST(PrepareRealModel, FreesBatchOrSizeOfADetectorOfFixedSize) {
  const std::vector<std::uint8_t> original = shared_model("retinaface_mnet025_640_opset17.onnx");
  if (original.empty()) GTEST_SKIP() << "the shared test models are not at hand";
  const Preparation prepared = prepare_model(original, {waves({1, 3, 640, 640}, 0)}, {});
  EXPECT_TRUE(kept(prepared, "free-axes"));
  const Model model(prepared.model, "prepared", Device::cpu);
  EXPECT_EQ(model.inputs().front().shape[0], -1);
}

}  // namespace
}  // namespace screenalytics
