// SPDX-License-Identifier: MIT
#pragma once

#include "core/track.h"
#include "faces/gates.h"

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

namespace screenalytics {

/// What becomes of a track of which no sighting passed the gates: rather than of nothing, its
/// embedding is made of a few sightings that failed for blur or size. They stay skipped.
struct LastResortOptions {
  int max_samples = 3;  ///< a track; 0: none, the track has no embedding then
  double min_blur = 5;  ///< variance of the Laplacian; what is softer is never embedded
};

/// The gates with the floors of the last resort for blur and size (16 px), where they are lower.
GateOptions last_resort_gates(const GateOptions& gates, const LastResortOptions& options);

/// Positions of the sightings to embed, ascending, chosen like kept faces (`pick_samples`); none
/// when any sighting passed. `skips` are what the gates said about each sighting.
std::vector<std::size_t> last_resort_samples(std::span<const Sighting> sightings,
                                             std::span<const std::optional<Skip>> skips,
                                             const GateOptions& gates,
                                             const LastResortOptions& options);

}  // namespace screenalytics
