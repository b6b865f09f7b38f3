// SPDX-License-Identifier: MIT
#pragma once

#include "core/truth.h"

#include <filesystem>

namespace screenalytics {

/// Reads who is really on screen (docs/artifacts.md, "Truth files"): JSON with "boxes" and
/// "segments", JSON with "regions" as tools/make_episode.py writes it, or MOTChallenge text
/// (gt.txt). Throws Error{not_found, io or bad_data} naming the file.
Truth read_truth(const std::filesystem::path& path);

}  // namespace screenalytics
