// SPDX-License-Identifier: MIT
#pragma once

#include "core/face.h"

#include <cstddef>
#include <optional>
#include <span>

namespace screenalytics {

/// Calibrated on the default embedder: any split of a one-person track gave 0.58 and more (0.63
/// with two samples a side), splits between two people 0.36 and less (99 % below 0.32).
struct SplitOptions {
  double max_similarity =
      0.35;  ///< cosine between the two sides' means: below, they are two people
  double min_cohesion =
      0.45;  ///< mean cosine within each side of two or more samples: above, the sides are people
  double single_max_similarity = 0.15;  ///< instead of max_similarity, when a side is one sample
  double single_min_quality = 0.40;     ///< and that sample's quality, 0..1
};

/// A track whose own samples disagree holds two people (a tracker's identity switch). `samples` in
/// time order. The position (1..n-1) where the second person begins; empty when the track is one
/// person. One switch a call: ask again for each part to find more.
std::optional<std::size_t> find_switch(std::span<const Embedding> samples,
                                       std::span<const float> qualities,
                                       const SplitOptions& options);

}  // namespace screenalytics
