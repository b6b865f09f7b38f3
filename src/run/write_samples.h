// SPDX-License-Identifier: MIT
#pragma once

#include "run/find_shots.h"
#include "video/video_index.h"

#include <filesystem>
#include <span>
#include <vector>

namespace screenalytics {

/// Writes samples.jsonl: one row for every frame that was looked at, in time order, with the time
/// of the frame after it and its shot. `missing`: sampled frames that could not be decoded (any
/// order); they have no row, because nobody looked. `shots` as `ShotSearch::finish` gives them.
void write_samples(const std::filesystem::path& path,
                   const VideoIndex& index,
                   std::span<const FrameIndex> samples,
                   std::vector<FrameIndex> missing,
                   std::span<const Shot> shots);

}  // namespace screenalytics
