// SPDX-License-Identifier: MIT
#pragma once

#include "core/ids.h"
#include "store/run_folder.h"
#include "video/video_index.h"

#include <string>
#include <vector>

namespace screenalytics {

/// frames/frame_000123.jpg of each frame (ascending), full size, in one sequential pass.
void save_frames(const VideoIndex& index,
                 const std::vector<FrameIndex>& frames,
                 const RunFolder& run,
                 int jpeg_quality);

/// Adds the names of all files under `<run>/<folder>`, relative to the run, sorted.
void add_files(const RunFolder& run, const std::string& folder, std::vector<std::string>& names);

}  // namespace screenalytics
