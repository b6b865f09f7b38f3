// SPDX-License-Identifier: MIT
#pragma once

#include "core/face.h"

#include <optional>
#include <span>
#include <string>

namespace screenalytics {

/// A known face of a cast member.
struct Seed {
  std::string cast_id;
  Embedding embedding;
};

struct MatchOptions {
  double min_similarity = 0.42;  ///< cosine to the best seed
  double min_lead = 0.05;        ///< above the best seed of any other person
};

struct CastMatch {
  std::string cast_id;
  double similarity = 0;
};

/// The cast member whose best seed is nearest; empty when none is near enough or two people are
/// equally near.
std::optional<CastMatch> match_cast(const Embedding& face,
                                    std::span<const Seed> seeds,
                                    const MatchOptions& options);

}  // namespace screenalytics
