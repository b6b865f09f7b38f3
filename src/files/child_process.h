// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace screenalytics {

struct ChildResult {
  int exit_code = 0;   ///< 128 + signal when killed by one
  std::string output;  ///< standard output and error together, drained as it comes; last 64 KiB
};

/// Full path of a program on PATH, empty when there is none.
std::optional<std::filesystem::path> find_program(const std::string& name);

/// Runs a program (no shell) in `folder`, waits, keeps draining its pipe. Throws Error{unavailable}
/// when it cannot be started.
ChildResult run_program(const std::vector<std::string>& arguments,
                        const std::filesystem::path& folder);

}  // namespace screenalytics
