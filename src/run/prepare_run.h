// SPDX-License-Identifier: MIT
#pragma once

#include "run/harvest_run.h"
#include "run/loaded_models.h"
#include "video/video_index.h"

#include <string>

namespace screenalytics {

/// What a run needs before its first frame: loaded side by side, each under a permit of its own.
struct PreparedRun {
  VideoIndex index;
  std::string sha256;  ///< of the video file
  LoadedModels models;
};

PreparedRun prepare_run(const Settings& settings, const RunContext& context);

/// Seeds of the show, all made with this model; those of another model are made anew from their
/// photos, and that is said. Empty without a show.
std::vector<Seed> load_seeds(const Settings& settings,
                             const LoadedModels& models,
                             const RunContext& context);

}  // namespace screenalytics
