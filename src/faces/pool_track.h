// SPDX-License-Identifier: MIT
#pragma once

#include "core/face.h"

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

namespace screenalytics {

struct PoolOptions {
  double min_agreement = 0.6;  ///< cosine of a sample to the mean; others do not vote
  double max_spread = 0.30;    ///< wider: coherence warning
};

/// One embedding for a track.
struct PooledTrack {
  Embedding embedding;
  std::vector<std::size_t> voters;  ///< samples that agree, ascending
  double spread = 0;     ///< largest cosine distance between any two samples, voters or not
  bool coherent = true;  ///< spread within max_spread
};

/// Quality-weighted mean of the samples that agree with each other, unit length. Empty for no
/// samples.
std::optional<PooledTrack> pool_track(std::span<const Embedding> samples,
                                      std::span<const float> qualities,
                                      const PoolOptions& options);

}  // namespace screenalytics
