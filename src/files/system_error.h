// SPDX-License-Identifier: MIT
#pragma once

#include "core/error.h"

#include <filesystem>
#include <string>

namespace screenalytics {

/// The operating system's words for an error number, safe from several threads.
std::string system_text(int error_number);

/// The Error for a failed read: not_found for a missing file, io for the rest.
Error read_error(const std::filesystem::path& path, int error_number);

/// The Error for a failed write: no_space for a full disk or quota, io for the rest. `action`
/// continues "cannot ", e.g. "replace".
Error write_error(const std::string& action, const std::filesystem::path& path, int error_number);

}  // namespace screenalytics
