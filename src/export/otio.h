// SPDX-License-Identifier: MIT
#pragma once

#include "export/episode_export.h"

#include <string>

namespace screenalytics {

/// OpenTimelineIO JSON (Timeline.1): a track a person, longest on screen at the bottom, with a clip
/// an appearance at its place in the episode and gaps between. Clips refer to the video.
std::string otio_timeline(const EpisodeExport& episode);

/// file:///path%20of/the.mp4
std::string file_url(const std::string& absolute_path);

}  // namespace screenalytics
