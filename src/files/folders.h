// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>

namespace screenalytics {

/// Makes the folder and those above it that are missing; each new one is made durable in the folder
/// that holds it. Throws Error{io or no_space}.
void make_folders(const std::filesystem::path& folder);

/// Removes a file so that it does not come back after a power cut; nothing happens where there is
/// none. Throws Error{io or no_space}.
void remove_file(const std::filesystem::path& path);

/// Removes everything below and the folder itself; not durable before the next sync. Nothing
/// happens where there is none. Throws Error{io or no_space}.
void remove_folder(const std::filesystem::path& folder);

/// Puts a folder in the place of another, which then lies where the first one lay: in one step
/// where the file system can do that. Durable. Throws Error{io or no_space}.
void exchange_folders(const std::filesystem::path& fresh, const std::filesystem::path& old);

}  // namespace screenalytics
