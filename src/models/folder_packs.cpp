// SPDX-License-Identifier: MIT
#include "core/error.h"
#include "files/atomic_file.h"
#include "files/sha256.h"
#include "infer/model.h"
#include "models/draft.h"

#include <algorithm>
#include <cctype>
#include <optional>
#include <utility>

namespace screenalytics {
namespace {

namespace fs = std::filesystem;

constexpr const char* kOwnLicence = "unknown: user's own";
constexpr const char* kInsightFaceTerms =
    "InsightFace's published weights are for non-commercial research only; check yours.";
constexpr const char* kUncalibrated =
    " The thresholds are the default embedder's, not calibrated for these weights.";

std::string lower(std::string text) {
  std::ranges::transform(
      text, text.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

bool contains(const std::string& text, const char* part) {
  return text.find(part) != std::string::npos;
}

std::vector<fs::path> files_in(const fs::path& folder) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.is_regular_file()) files.push_back(entry.path());
  }
  std::ranges::sort(files);
  return files;
}

std::vector<fs::path> onnx_files_in(const fs::path& folder) {
  auto files = files_in(folder);
  std::erase_if(files, [](const fs::path& file) { return lower(file.extension()) != ".onnx"; });
  return files;
}

std::string listed(const std::vector<fs::path>& files) {
  std::string text;
  for (const fs::path& file : files) text += (text.empty() ? "" : ", ") + file.filename().string();
  return text.empty() ? "no .onnx file" : text;
}

/// What a detector's name says about its decoder and input.
std::optional<ModelCard> detector_card(const fs::path& file) {
  const std::string name = lower(file.filename().string());
  ModelCard card;
  card.role = "detector";
  if (contains(name, "yunet")) {
    card.family = "yunet";
    card.score_threshold = 0.7;
    card.terms = "The OpenCV model zoo publishes YuNet under the MIT licence; check yours.";
  } else if (name.starts_with("det_") || contains(name, "scrfd")) {
    card.family = "scrfd";
    card.pixels = {ChannelOrder::rgb, {127.5F, 127.5F, 127.5F}, {1 / 128.F, 1 / 128.F, 1 / 128.F}};
    card.terms = kInsightFaceTerms;
  } else {
    return std::nullopt;
  }
  return card;
}

ModelCard embedder_card(const fs::path& file) {
  ModelCard card;
  card.role = "embedder";
  card.family = "arcface";
  card.input = {112, 112};
  card.thresholds = {{"verify", 0.28}, {"seed", 0.42}, {"cluster", 0.65}};
  card.pixels = {ChannelOrder::rgb, {127.5F, 127.5F, 127.5F}, {}};
  card.pixels.scale.fill(1 / 127.5F);
  card.terms = kInsightFaceTerms;
  if (contains(lower(file.filename().string()), "sface")) {
    // OpenCV's FaceRecognizerSF takes RGB 0..255 as it is.
    card.pixels = {ChannelOrder::rgb, {}, {1, 1, 1}};
    card.thresholds["verify"] = 0.363;
    card.terms = "The OpenCV model zoo publishes SFace under Apache-2.0; check yours.";
  }
  card.terms += kUncalibrated;
  return card;
}

DraftModel draft_model(const fs::path& file, ModelCard card) {
  DraftModel model{std::move(card), read_bytes(file)};
  model.card.file = file.filename().string();
  model.card.name = file.stem().string();
  model.card.source_sha256 = sha256_of(model.onnx);
  model.card.licence = kOwnLicence;
  model.card.origin = "the user's file '" + file.string() + "'";
  return model;
}

/// One input N x 3 x 112 x 112 and one output: what every ArcFace-style embedder looks like.
bool looks_like_an_embedder(const fs::path& file, const InstallReport& report) {
  try {
    const Model model(file, Device::cpu);
    if (model.inputs().size() != 1 || model.outputs().size() != 1) return false;
    const auto& shape = model.inputs().front().shape;
    return shape.size() == 4 && shape[1] == 3 && shape[2] == 112 && shape[3] == 112;
  } catch (const Error& error) {
    report(file.filename().string() + ": passed over, " + error.what());
    return false;
  }
}

[[noreturn]] void refuse_several(const fs::path& folder,
                                 const std::string& role,
                                 const std::vector<fs::path>& found) {
  throw Error(ErrorKind::bad_model,
              "'" + folder.string() + "' has several files that may be the " + role + ": " +
                  listed(found) + "; keep one of them, or describe the pack in a models.json");
}

std::optional<fs::path> only_one(const fs::path& folder,
                                 const std::string& role,
                                 const std::vector<fs::path>& found) {
  if (found.size() > 1) refuse_several(folder, role, found);
  if (found.empty()) return std::nullopt;
  return found.front();
}

/// InsightFace's recognition models are known by name; other files by their shape.
std::optional<fs::path> find_embedder(const fs::path& folder,
                                      const std::vector<fs::path>& files,
                                      const InstallReport& report) {
  std::vector<fs::path> known;
  std::vector<fs::path> others;
  for (const fs::path& file : files) {
    if (detector_card(file)) continue;
    const bool by_name = lower(file.filename().string()).starts_with("w600k_");
    if (by_name) known.push_back(file);
    if (!by_name && looks_like_an_embedder(file, report)) others.push_back(file);
  }
  return only_one(folder, "embedder", known.empty() ? others : known);
}

/// Licence texts that lie beside the models go into the pack with them.
std::map<std::string, std::string> licences_in(const fs::path& folder) {
  std::map<std::string, std::string> texts;
  for (const fs::path& file : files_in(folder)) {
    const std::string name = lower(file.filename().string());
    if (name.starts_with("licen") || name.starts_with("copying") || name.starts_with("notice")) {
      texts[file.filename().string()] = read_text(file);
    }
  }
  return texts;
}

}  // namespace

PackDraft draft_own_pack(const fs::path& folder) {
  const ModelPack pack = read_pack(folder);
  std::string faults;
  for (const std::string& fault : verify_pack(pack)) faults += (faults.empty() ? "" : "; ") + fault;
  if (!faults.empty()) {
    throw Error(ErrorKind::bad_model,
                "the pack in '" + folder.string() + "' is not sound: " + faults);
  }
  PackDraft draft{.name = pack.name, .version = pack.version, .models = {}, .licences = {}};
  for (const ModelCard& card : pack.models) {
    draft.models.push_back({card, read_bytes(pack.path(card))});
  }
  const fs::path licences = folder / "LICENSES";
  if (!fs::is_directory(licences)) return draft;
  for (const fs::path& file : files_in(licences)) {
    draft.licences[file.filename().string()] = read_text(file);
  }
  return draft;
}

PackDraft draft_user_folder(const fs::path& folder, const InstallReport& report) {
  const std::vector<fs::path> files = onnx_files_in(folder);
  std::vector<fs::path> detectors;
  for (const fs::path& file : files) {
    if (detector_card(file)) detectors.push_back(file);
  }
  const auto detector = only_one(folder, "detector", detectors);
  if (!detector) {
    throw Error(
        ErrorKind::bad_model,
        "'" + folder.string() +
            "' is no model pack: looked for models.json (a pack of this program), det_*.onnx or "
            "*scrfd*.onnx (InsightFace), *yunet*.onnx (YuNet), found " +
            listed(files));
  }
  PackDraft draft{.name = fs::canonical(folder).filename().string(),
                  .version = "1",
                  .models = {},
                  .licences = licences_in(folder)};
  draft.models.push_back(draft_model(*detector, *detector_card(*detector)));
  report(detector->filename().string() + ": detector, " + draft.models.back().card.family);
  if (const auto embedder = find_embedder(folder, files, report)) {
    draft.models.push_back(draft_model(*embedder, embedder_card(*embedder)));
    report(embedder->filename().string() + ": embedder, arcface." + kUncalibrated);
  } else {
    report(
        "no embedder found (w600k_*.onnx, or a file with input 1x3x112x112): the pack detects "
        "only");
  }
  return draft;
}

}  // namespace screenalytics
