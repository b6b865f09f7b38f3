// SPDX-License-Identifier: MIT
#pragma once

#include "models/install.h"
#include "models/model_pack.h"

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace screenalytics {

/// A model on its way into a pack. With `card.preparation` empty it is as published and still to be
/// prepared; else it goes in as it is.
struct DraftModel {
  ModelCard card;
  std::vector<std::uint8_t> onnx;
};

/// Everything that a pack is made of, in memory.
struct PackDraft {
  std::string name;
  std::string version;
  std::vector<DraftModel> models;
  std::map<std::string, std::string> licences;  ///< file name in LICENSES/ -> text
};

/// The default pack: RetinaFace and fr_feature from their pinned packages.
constexpr const char* kDefaultPack = "default";
constexpr const char* kDefaultPackVersion = "3";
PackDraft draft_default(const std::filesystem::path& cache, const InstallReport& report);

/// One of our packs, lying in a folder. Throws Error{bad_model} with all faults when it is not
/// sound.
PackDraft draft_own_pack(const std::filesystem::path& folder);

/// A user's folder of ONNX files: a detector known by its name (InsightFace's det_*.onnx and
/// *scrfd*.onnx, *yunet*.onnx) and, where there is one, an embedder (w600k_*.onnx, or the only
/// other file with a 112x112 input).
PackDraft draft_user_folder(const std::filesystem::path& folder, const InstallReport& report);

}  // namespace screenalytics
