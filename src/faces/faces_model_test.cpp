// SPDX-License-Identifier: MIT
#include "faces/align_face.h"
#include "faces/face_embedder.h"
#include "faces/face_quality.h"
#include "faces/gates.h"
#include "faces/known_faces.h"
#include "faces/test_faces.h"

#include <cstdio>
#include <filesystem>
#include <memory>
#include <numeric>
#include <string>

#include <gtest/gtest.h>

namespace screenalytics {
namespace {

using testing::cut;
using testing::kKnownEmbeddings;
using testing::kKnownFaces;
using testing::KnownFace;

const PixelFormat kPixels{.order = ChannelOrder::bgr,
                          .mean = {127, 127, 127},
                          .scale = {1 / 128.0F, 1 / 128.0F, 1 / 128.0F}};
constexpr int kDimension = 512;

Detection detection_of(const KnownFace& face) { return {face.box, face.landmarks, 0.99F}; }

std::size_t bytes_of(Size size) {
  return static_cast<std::size_t>(size.width) * static_cast<std::size_t>(size.height) * 3;
}

/// The known frames of one file in order, as BGR pixels, by ffmpeg, as in the reference pipeline.
class KnownFrames {
 public:
  explicit KnownFrames(const std::string& file)
      : pipe_(popen(command(file).c_str(), "r"), pclose) {}

  /// Empty when there is none.
  Image next(Size size) {
    bool whole = false;
    Image image = Image::make(size, [&](std::uint8_t* out) {
      whole = pipe_ && std::fread(out, 1, bytes_of(size), pipe_.get()) == bytes_of(size);
    });
    return whole ? image : Image();
  }

 private:
  static std::string command(const std::string& file) {
    std::string frames;
    for (const KnownFace& face : kKnownFaces) {
      if (file == face.file)
        frames += (frames.empty() ? "eq(n\\," : "+eq(n\\,") + std::to_string(face.frame) + ")";
    }
    return "ffmpeg -v error -nostdin -i '" SCREENALYTICS_MEDIA_DIR "/" + file +
           "' -vf 'select=" + frames + "' -fps_mode passthrough -f rawvideo -pix_fmt bgr24 -";
  }
  std::unique_ptr<FILE, int (*)(FILE*)> pipe_;
};

std::vector<Image> aligned_faces() {
  std::vector<Image> crops;
  Image picture;
  std::optional<KnownFrames> frames;
  const KnownFace* last = nullptr;
  for (const KnownFace& face : kKnownFaces) {
    const bool same_file = last && std::string_view(last->file) == face.file;
    if (!same_file) frames.emplace(face.file);
    if (!same_file || last->frame != face.frame) picture = frames->next(face.picture);
    last = &face;
    if (picture.empty()) {
      ADD_FAILURE() << "cannot decode " << face.file;
      continue;
    }
    const Detection detection = detection_of(face);
    const auto crop =
        align_face(cut(picture, alignment_window(detection, 1, {})), detection, 1, {});
    if (crop) crops.push_back(*crop);
  }
  return crops;
}

std::vector<std::optional<Embedding>> embedded(const FaceEmbedder& embedder,
                                               const std::vector<Image>& crops,
                                               std::size_t batch) {
  std::vector<std::optional<Embedding>> embeddings;
  for (std::size_t from = 0; from < crops.size(); from += batch) {
    const auto part = std::span(crops).subspan(from, std::min(batch, crops.size() - from));
    for (auto& embedding : embedder.embed(part)) embeddings.push_back(std::move(embedding));
  }
  return embeddings;
}

Embedding reference_of(std::string_view hex) {
  const auto digit = [](char c) { return c <= '9' ? c - '0' : c - 'a' + 10; };
  std::vector<float> raw;
  for (std::size_t i = 0; i < hex.size(); i += 2) {
    raw.push_back(
        static_cast<float>(static_cast<std::int8_t>(digit(hex[i]) * 16 + digit(hex[i + 1]))));
  }
  return testing::unit(std::move(raw));
}

class RealFaces : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    crops() = aligned_faces();
    model() =
        std::make_unique<Model>(SCREENALYTICS_TEST_MODELS "/default/fr_feature.onnx", Device::cpu);
    embedder() = make_embedder(*model(), kPixels, kDimension);
    embeddings() = embedded(*embedder(), crops(), crops().size());
  }
  static void TearDownTestSuite() {
    embedder().reset();
    model().reset();
  }
  void SetUp() override {
    ASSERT_EQ(crops().size(), kKnownFaces.size());
    ASSERT_EQ(embeddings().size(), kKnownFaces.size());
    for (const auto& embedding : embeddings()) ASSERT_TRUE(embedding);
  }

  static std::vector<Image>& crops() {
    static std::vector<Image> value;
    return value;
  }
  static std::unique_ptr<Model>& model() {
    static std::unique_ptr<Model> value;
    return value;
  }
  static std::unique_ptr<FaceEmbedder>& embedder() {
    static std::unique_ptr<FaceEmbedder> value;
    return value;
  }
  static std::vector<std::optional<Embedding>>& embeddings() {
    static std::vector<std::optional<Embedding>> value;
    return value;
  }
};

TEST_F(RealFaces, SamePersonPairsScoreAboveAllOthers) {
  double lowest_same = 1, highest_other = -1;
  for (std::size_t i = 0; i < kKnownFaces.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      const double similarity = embeddings()[i]->similarity(*embeddings()[j]);
      const bool same = std::string_view(kKnownFaces[i].person) == kKnownFaces[j].person;
      (same ? lowest_same : highest_other) =
          same ? std::min(lowest_same, similarity) : std::max(highest_other, similarity);
    }
  }
  EXPECT_GT(lowest_same, 0.70);
  EXPECT_LT(highest_other, 0.42);
  RecordProperty("lowest_same", std::to_string(lowest_same));
  RecordProperty("highest_other", std::to_string(highest_other));
}

TEST_F(RealFaces, EmbeddingsEqualTheReferencePipeline) {
  for (const auto& known : kKnownEmbeddings) {
    const Embedding expected = reference_of(known.bytes);
    ASSERT_EQ(expected.values().size(), static_cast<std::size_t>(kDimension));
    EXPECT_GE(embeddings()[known.face]->similarity(expected), 0.999)
        << kKnownFaces[known.face].file;
  }
}

TEST_F(RealFaces, BatchAndOneByOneAgree) {
  const auto calls = model()->calls();
  const auto single = embedded(*embedder(), crops(), 1);
  EXPECT_EQ(model()->calls() - calls, static_cast<std::int64_t>(crops().size()));
  const auto pairs = embedded(*embedder(), crops(), 4);
  for (std::size_t i = 0; i < crops().size(); ++i) {
    EXPECT_GE(single[i]->similarity(*embeddings()[i]), 0.99999) << i;
    EXPECT_GE(pairs[i]->similarity(*embeddings()[i]), 0.99999) << i;
  }
}

TEST_F(RealFaces, PassTheGatesWithASensiblePose) {
  for (std::size_t i = 0; i < kKnownFaces.size(); ++i) {
    const Detection detection = detection_of(kKnownFaces[i]);
    EXPECT_FALSE(check_geometry(detection, kKnownFaces[i].picture, 1, {}));
    Sighting sighting;
    sighting.detection = detection;
    sighting.quality = measure_quality(crops()[i], detection, 1);
    const auto skip = check_quality(sighting, false, {});
    EXPECT_FALSE(skip) << kKnownFaces[i].file << " " << to_text(*skip);
    ASSERT_TRUE(sighting.quality.pose);
    EXPECT_LT(std::abs(sighting.quality.pose->yaw), 60);
    EXPECT_LT(std::abs(sighting.quality.pose->pitch), 50);
    EXPECT_GT(sighting.quality.total, 0.5);
  }
}

}  // namespace
}  // namespace screenalytics
