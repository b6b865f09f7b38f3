// SPDX-License-Identifier: MIT
#pragma once

#include "core/track.h"

#include <cstddef>
#include <span>
#include <vector>

namespace screenalytics {

enum class SampleChoice { best, all };

struct PickOptions {
  SampleChoice samples = SampleChoice::best;
  int max_samples = 5;  ///< a track, for SampleChoice::best
};

/// Which of a track's sightings (positions, ascending) are embedded, out of `good` (positions that
/// passed the gates, ascending): the best by quality, spread over time: the track is cut into
/// max_samples equal spans, the best of each is taken, and what is missing is filled up by quality.
/// Deterministic; ties go to the earlier sighting.
std::vector<std::size_t> pick_samples(std::span<const Sighting> sightings,
                                      std::span<const std::size_t> good,
                                      const PickOptions& options);

}  // namespace screenalytics
