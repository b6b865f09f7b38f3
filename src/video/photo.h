// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <memory>

#include "core/frame.h"

namespace screenalytics {

/// Reads a still picture (JPEG, PNG, WebP, BMP, TIFF, whatever libavcodec knows), its EXIF orientation applied.
/// Throws Error{not_found or bad_media}.
std::shared_ptr<const Picture> read_photo(const std::filesystem::path& path);

}  // namespace screenalytics
