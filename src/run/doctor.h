// SPDX-License-Identifier: MIT
#pragma once

#include "budget/cpu_limits.h"

#include <filesystem>
#include <string>
#include <vector>

namespace screenalytics {

/// One line of the page: what was looked at, what was found, and what to do when something is
/// missing.
struct Finding {
  std::string section;  ///< CPU, memory, libraries, models, disk
  std::string subject;
  std::string found;
  std::string advice;  ///< empty when all is well
};

/// What this machine gives.
std::vector<Finding> examine_machine(const CpuAllowance& allowance,
                                     const std::filesystem::path& models,
                                     const std::filesystem::path& cache,
                                     const std::filesystem::path& data);

}  // namespace screenalytics
