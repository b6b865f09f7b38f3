// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <optional>
#include <span>

#include "core/face.h"

namespace screenalytics {

struct SplitOptions {
  double max_similarity = 0.30;  ///< cosine between the two sides' means: below, they are two people
  double min_cohesion = 0.45;    ///< mean cosine within each side of two or more samples: above, the sides are people
};

/// A track whose own samples disagree holds two people (a tracker's identity switch). `samples` in time order. The
/// position (1..n-1) where the second person begins; empty when the track is one person.
std::optional<std::size_t> find_switch(std::span<const Embedding> samples,
                                       std::span<const float> qualities,
                                       const SplitOptions& options);

}  // namespace screenalytics
