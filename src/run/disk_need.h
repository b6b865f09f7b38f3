// SPDX-License-Identifier: MIT
#pragma once

#include "run/scan_segment.h"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

namespace screenalytics {

/// How many bytes a run writes at its peak (segment records and artifacts together).
struct DiskNeed {
  std::uint64_t certain = 0;  ///< whatever the video shows: signatures of decoded frames, samples
  std::uint64_t likely = 0;   ///< with one face on every sampled frame
};

/// From what will be decoded and sampled, and what is kept. `likely` uses sizes measured on real
/// video (docs/measurements.md).
DiskNeed disk_need(const ScanPlan& plan, const Settings& settings);

/// Sizes of all files below a folder; 0 when there is none.
std::uint64_t bytes_below(const std::filesystem::path& folder);

/// What the file system of the folder, or of the nearest one above it that exists, has for us;
/// empty when it does not say.
std::optional<std::uint64_t> free_bytes(const std::filesystem::path& folder);

/// Throws Error{no_space} when the certain need, less what is `there` already, does not fit; gives
/// a warning when the likely need does not.
std::optional<std::string> check_disk(const DiskNeed& need,
                                      std::uint64_t there,
                                      std::optional<std::uint64_t> free,
                                      const std::filesystem::path& folder);

}  // namespace screenalytics
