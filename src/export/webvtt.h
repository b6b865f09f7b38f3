// SPDX-License-Identifier: MIT
#pragma once

#include "export/episode_export.h"

#include <string>

namespace screenalytics {

/// WebVTT chapters: one cue a shot, titled with the people in it, longest first. Times count from
/// the first frame, as players do.
std::string webvtt_chapters(const EpisodeExport& episode);

/// WebVTT metadata: one cue an appearance, its payload one line of JSON with identity_id, name and
/// cast_id. Cues of several people overlap.
std::string webvtt_metadata(const EpisodeExport& episode);

}  // namespace screenalytics
