// SPDX-License-Identifier: MIT
#pragma once

#include "run/harvest_run.h"
#include "run/loaded_models.h"
#include "video/video_index.h"

#include <string>
#include <vector>

namespace screenalytics {

/// Container, codec, sizes, streams, times: what the manifest says of the input.
Json describe_input(const VideoInfo& info, const std::string& sha256);

Json describe_cpu(const RunContext& context, std::chrono::steady_clock::time_point began);

/// Faces, tracks, skips by reason, model calls.
Json describe_counts(const RunCounts& counts);

/// UTC, seconds.
std::string now_text();

}  // namespace screenalytics
