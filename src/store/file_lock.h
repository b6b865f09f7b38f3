// SPDX-License-Identifier: MIT
#pragma once

#include "files/file_descriptor.h"

#include <filesystem>
#include <optional>

namespace screenalytics {

/// Takes flock(2) on the file, which is made when missing; held until the descriptor closes, so a
/// crash frees it. Empty when another process has it. Throws Error{io}.
std::optional<FileDescriptor> try_lock_file(const std::filesystem::path& path);

/// As above, but waits.
FileDescriptor lock_file(const std::filesystem::path& path);

}  // namespace screenalytics
