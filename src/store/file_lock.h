// SPDX-License-Identifier: MIT
#pragma once

#include "files/file_descriptor.h"

#include <filesystem>
#include <optional>

namespace screenalytics {

/// Takes flock(2) on the file, which is made when missing; held until the descriptor closes, so a
/// crash frees it. Empty when another process has it. Throws Error{io}.
std::optional<FileDescriptor> try_lock_file(const std::filesystem::path& path);

/// Takes the lock beside other readers; empty while a writer has it. Changes nothing: a file that
/// is not there gives a descriptor that is not open, because nobody ever wrote.
std::optional<FileDescriptor> try_share_file(const std::filesystem::path& path);

/// As try_lock_file, but waits.
FileDescriptor lock_file(const std::filesystem::path& path);

}  // namespace screenalytics
