// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace screenalytics {

struct ArchiveLimits {
  std::uint64_t file_bytes = std::uint64_t{1} << 30U;     ///< of one wanted file
  std::uint64_t archive_bytes = std::uint64_t{1} << 32U;  ///< of everything in it, unpacked
};

/// Files of an archive by their path in it.
using ArchiveFiles = std::map<std::string, std::vector<std::uint8_t>>;

/// The wanted files of a .tgz, .zip or .whl, in memory; nothing is written to disk. Throws
/// Error{bad_model} when one is missing, the archive is damaged or over its limits, or any entry's
/// path leaves the archive ("/x", "../x").
ArchiveFiles read_archive(const std::filesystem::path& archive,
                          const std::vector<std::string>& wanted,
                          const ArchiveLimits& limits = {});

}  // namespace screenalytics
