// SPDX-License-Identifier: MIT
#pragma once

#include "overlay/plan.h"
#include "run/progress.h"
#include "run/settings.h"
#include "store/run_folder.h"
#include "video/video_index.h"

#include <filesystem>
#include <string>

namespace screenalytics {

/// The video that a run was made from.
struct RunVideo {
  std::filesystem::path path;
  std::uint64_t bytes = 0;
  std::string sha256;
};

/// As the manifest has it; `settings.video` where it has moved to, if given.
RunVideo video_of(const RunFolder& run, const Settings& settings);

/// Throws Error{not_found or bad_data} when the file is not there, or not the one that was
/// harvested. Reads all of it.
void check_same_video(const RunVideo& video, const RunFolder& run);

/// What a run found, times exact to the frame. People are left out, and that is said, when the run
/// was not clustered or has changed since.
FoundFaces read_found_faces(const RunFolder& run, const VideoIndex& index, Progress& progress);

}  // namespace screenalytics
