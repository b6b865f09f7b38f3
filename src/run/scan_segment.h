// SPDX-License-Identifier: MIT
#pragma once

#include "budget/cpu_budget.h"
#include "run/loaded_models.h"
#include "run/progress.h"
#include "run/settings.h"
#include "store/segment_record.h"
#include "video/open_videos.h"
#include "video/video_index.h"

#include <filesystem>
#include <string>
#include <vector>

namespace screenalytics {

/// What pass 1 needs to know of the whole video.
struct ScanPlan {
  const VideoIndex& index;
  std::vector<FrameIndex> samples;  ///< frames to look for faces in, ascending
  std::vector<bool> sampled;        ///< [frame]
  std::vector<bool> decode;         ///< [frame]
  std::vector<Segment> segments;
  std::string key;  ///< input and settings: what makes a segment record usable again
};

ScanPlan plan_scan(const VideoIndex& index,
                   const Settings& settings,
                   const std::string& input_sha256,
                   const Json& models);

/// Pass 1 over one segment: decode, sign every frame for shot detection, detect faces in the
/// sampled ones, measure them and cut aligned crops and thumbnails of those that no gate without
/// context refuses. Leaves one record at `path`. `videos`: of the plan's index. Runs on the calling
/// thread under `permit`.
void scan_segment(const ScanPlan& plan,
                  OpenVideos& videos,
                  const Segment& segment,
                  const LoadedModels& models,
                  const Settings& settings,
                  const std::filesystem::path& path,
                  CpuBudget::Permit& permit,
                  Progress& progress);

}  // namespace screenalytics
