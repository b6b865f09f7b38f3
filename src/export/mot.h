// SPDX-License-Identifier: MIT
#pragma once

#include "export/episode_export.h"

#include <string>

namespace screenalytics {

/// What a line's id means.
enum class MotIds {
  identity,  ///< the person's number; an unknown track has kUnknownMotIds + its own; none ignored
  track,     ///< the track's number, all tracks
};

inline constexpr std::int64_t kUnknownMotIds = 1'000'000;

/// MOTChallenge text: frame (from 1), id, left, top, width, height, score, -1, -1, -1; by frame,
/// then id. Only frames that were looked at have lines.
std::string mot_text(const EpisodeExport& episode, MotIds ids);

}  // namespace screenalytics
