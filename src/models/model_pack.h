// SPDX-License-Identifier: MIT
#pragma once

#include "infer/tensor.h"

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace screenalytics {

/// One model file of a pack, as models.json describes it.
struct ModelCard {
  std::string file;           ///< name inside the pack's folder
  std::string name;           ///< e.g. "retinaface-mobilenet0.25", "fr_feature"
  std::string role;           ///< "detector" or "embedder"
  std::string family;         ///< detectors: "retinaface", "scrfd", "yunet"; embedders: "arcface"
  std::string sha256;         ///< of the file as it lies there (prepared)
  std::string source_sha256;  ///< of the file as published
  std::string licence;        ///< SPDX name or what the owner declares
  std::string terms;          ///< in plain words: what may it be used for, what is not known
  std::string origin;         ///< package name and version, or the user's folder
  PixelFormat pixels;
  Size input;                    ///< embedders: 112x112; detectors: 0 = free
  int dimension = 0;             ///< embedders
  double score_threshold = 0.5;  ///< detectors
  /// Calibrated: "verify" (cosine), "seed" (cosine), "cluster" (average-linkage distance).
  std::map<std::string, double> thresholds;
  /// What preparing did, step by step, with its measured effect; shown by `models list`.
  std::vector<std::string> preparation;

  /// What two embeddings must share to be compared: weights, alignment, preprocessing. 16 hex
  /// digits.
  std::string fingerprint() const;
};

struct ModelPack {
  std::filesystem::path folder;
  std::string name;
  std::string version;
  std::vector<ModelCard> models;

  /// Throws Error{bad_model} when the pack has none of that role.
  const ModelCard& card(const std::string& role) const;
  std::filesystem::path path(const ModelCard& card) const { return folder / card.file; }
};

/// Reads <folder>/models.json. Throws Error{not_found or bad_model}.
ModelPack read_pack(const std::filesystem::path& folder);
void write_pack(const ModelPack& pack);

/// Every fault of the pack: missing or changed files (sha256), cards without licence. Empty =
/// sound.
std::vector<std::string> verify_pack(const ModelPack& pack);

/// Throws Error{bad_model} that names the file when its sha256 differs from the card's.
void check_file(const ModelPack& pack, const ModelCard& card);

}  // namespace screenalytics
