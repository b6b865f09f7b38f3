// SPDX-License-Identifier: MIT
#include "faces/face_embedder.h"

#include "core/error.h"
#include "faces/test_faces.h"

#include <filesystem>
#include <fstream>
#include <limits>
#include <string>

#include <gtest/gtest.h>

namespace screenalytics {
namespace {

using testing::plain;

constexpr Size kCrop{112, 112};

// A model file of a few bytes, field by field of onnx.proto: the mean of each channel as a 3-d
// "embedding".

std::string varint(std::uint64_t value) {
  std::string bytes;
  for (; value >= 128; value >>= 7) bytes += static_cast<char>(value % 128 + 128);
  return bytes + static_cast<char>(value);
}

std::string number(int field, std::uint64_t value) {
  return varint(static_cast<std::uint64_t>(field) << 3) + varint(value);
}

std::string text(int field, const std::string& value) {
  return varint((static_cast<std::uint64_t>(field) << 3) + 2) + varint(value.size()) + value;
}

/// 0 is a free axis.
std::string value_info(const std::string& name, const std::vector<int>& shape) {
  std::string axes;
  for (const int axis : shape) {
    axes += text(1, axis > 0 ? number(1, static_cast<std::uint64_t>(axis)) : text(2, "n"));
  }
  return text(1, name) + text(2, text(1, number(1, 1) + text(2, axes)));
}

std::string node(const std::string& from, const std::string& to, const std::string& type) {
  return text(1, text(1, from) + text(2, to) + text(4, type));
}

class FaceEmbedderTest : public ::testing::Test {
 protected:
  void SetUp() override {
    const auto* test = ::testing::UnitTest::GetInstance()->current_test_info();
    path_ = std::filesystem::temp_directory_path() /
            ("screenalytics-embedder-" + std::string(test->name()) + ".onnx");
  }
  void TearDown() override { std::filesystem::remove(path_); }

  Model load(const std::vector<int>& input, const std::vector<int>& output) const {
    const std::string graph = node("x", "p", "GlobalAveragePool") + node("p", "y", "Flatten") +
                              text(2, "mean") + text(11, value_info("x", input)) +
                              text(12, value_info("y", output));
    std::ofstream(path_, std::ios::binary)
        << number(1, 8) + text(7, graph) + text(8, number(2, 13));
    return Model(path_, Device::cpu);
  }

  std::string refusal(const Model& model, int dimension) const {
    try {
      make_embedder(model, {}, dimension);
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::bad_model);
      return error.what();
    }
    return "accepted";
  }

 private:
  std::filesystem::path path_;
};

TEST_F(FaceEmbedderTest, EmbedsASpanInOneCallInOrder) {
  const Model model = load({0, 3, 112, 112}, {0, 3});
  const auto embedder = make_embedder(model, {.mean = {100, 100, 100}, .scale = {1, 1, 1}}, 3);
  EXPECT_EQ(embedder->dimension(), 3);
  const Image blue = Image::make(kCrop, [](std::uint8_t* out) {
    for (int i = 0; i < 112 * 112; ++i, out += 3) out[0] = 220, out[1] = 100, out[2] = 100;
  });
  const std::vector<Image> crops{plain(kCrop, 130), blue};
  const auto embeddings = embedder->embed(crops);
  ASSERT_EQ(embeddings.size(), 2U);
  ASSERT_TRUE(embeddings[0] && embeddings[1]);
  for (const float value : embeddings[0]->values()) EXPECT_NEAR(value, 1 / std::sqrt(3.0), 1e-6);
  EXPECT_NEAR(embeddings[1]->values()[0], 1, 1e-6);
  EXPECT_EQ(model.calls(), 1);
  EXPECT_TRUE(embedder->embed({}).empty());
  EXPECT_EQ(model.calls(), 1) << "nothing to embed needs no call";
}

TEST_F(FaceEmbedderTest, ZeroVectorIsEmptyAndItsNeighboursAreNot) {
  const Model model = load({0, 3, 112, 112}, {0, 3});
  const auto embedder = make_embedder(model, {.mean = {90, 90, 90}, .scale = {1, 1, 1}}, 3);
  const std::vector<Image> crops{plain(kCrop, 200), plain(kCrop, 90), plain(kCrop, 10)};
  const auto embeddings = embedder->embed(crops);
  EXPECT_TRUE(embeddings[0]);
  EXPECT_FALSE(embeddings[1]);
  EXPECT_TRUE(embeddings[2]);
}

TEST_F(FaceEmbedderTest, VectorThatIsNoNumberIsEmpty) {
  const Model model = load({0, 3, 112, 112}, {0, 3});
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const auto embedder = make_embedder(model, {.mean = {}, .scale = {nan, nan, nan}}, 3);
  EXPECT_FALSE(embedder->embed(std::vector<Image>{plain(kCrop, 200)})[0]);
}

TEST_F(FaceEmbedderTest, RefusesAFixedBatchAxisAndSaysWhatToDo) {
  const std::string line = refusal(load({1, 3, 112, 112}, {1, 3}), 3);
  EXPECT_NE(line.find("fixed at 1"), std::string::npos) << line;
  EXPECT_NE(line.find("install the pack again"), std::string::npos) << line;
}

TEST_F(FaceEmbedderTest, RefusesAnotherInputShape) {
  EXPECT_NE(refusal(load({0, 3, 160, 160}, {0, 3}), 3).find("?x3x160x160"), std::string::npos);
  EXPECT_NE(refusal(load({0, 1, 112, 112}, {0, 1}), 1).find("not Nx3x112x112"), std::string::npos);
}

TEST_F(FaceEmbedderTest, RefusesAnotherDimension) {
  EXPECT_NE(refusal(load({0, 3, 112, 112}, {0, 3}), 512).find("512 numbers"), std::string::npos);
  EXPECT_NE(refusal(load({0, 3, 112, 112}, {0, 3}), 0).find("dimension"), std::string::npos);
}

TEST_F(FaceEmbedderTest, AcceptsFreeSizesAndFindsTheDimensionThatTheFileLeavesOpen) {
  const Model model = load({0, 3, 0, 0}, {0, 0});
  EXPECT_EQ(refusal(model, 3), "accepted");
  EXPECT_NE(refusal(model, 4).find("4 numbers"), std::string::npos);
}

TEST_F(FaceEmbedderTest, RefusesACropOfAnotherSize) {
  const Model model = load({0, 3, 112, 112}, {0, 3});
  const auto embedder = make_embedder(model, {}, 3);
  try {
    (void)embedder->embed(std::vector<Image>{plain({96, 112}, 9)});
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::internal);
  }
}

}  // namespace
}  // namespace screenalytics
