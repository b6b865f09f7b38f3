// SPDX-License-Identifier: MIT
#include "faces/split_track.h"

#include "faces/weighted_sum.h"

#include <cassert>

namespace screenalytics {
namespace {

/// Samples before or after a split point, sums only: a long track costs no square of its length.
struct Side {
  explicit Side(std::size_t dimension) : weighted(dimension), plain(dimension) {}

  /// `sign` -1 takes a sample away again.
  void add(const Embedding& sample, float quality, int sign) {
    weighted.add(sample, sign * weight_of(quality));
    plain.add(sample, sign);
    count += sign;
  }
  /// Mean cosine between two different samples: the square of the sum holds each pair twice and
  /// each sample once.
  double cohesion() const {
    return (plain.dot_with(plain) - count) / (double{1} * count * (count - 1));
  }

  WeightedSum weighted;
  WeightedSum plain;
  int count = 0;
};

/// One sample is weak evidence: it must be a good one, and look like somebody else altogether.
bool is_somebody(const Side& side,
                 float edge_quality,
                 double similarity,
                 const SplitOptions& options) {
  if (side.count > 1) return side.cohesion() >= options.min_cohesion;
  return similarity < options.single_max_similarity && edge_quality >= options.single_min_quality;
}

}  // namespace

std::optional<std::size_t> find_switch(std::span<const Embedding> samples,
                                       std::span<const float> qualities,
                                       const SplitOptions& options) {
  assert(samples.size() == qualities.size());
  if (samples.size() < 2) return std::nullopt;
  const std::size_t dimension = samples.front().values().size();
  Side before(dimension), after(dimension);
  for (std::size_t i = 0; i < samples.size(); ++i) after.add(samples[i], qualities[i], 1);

  std::optional<std::size_t> best;
  double best_fit = 0;
  for (std::size_t at = 1; at < samples.size(); ++at) {
    before.add(samples[at - 1], qualities[at - 1], 1);
    after.add(samples[at - 1], qualities[at - 1], -1);
    const double similarity = before.weighted.cosine(after.weighted);
    if (!(similarity < options.max_similarity)) continue;
    if (!is_somebody(before, qualities.front(), similarity, options) ||
        !is_somebody(after, qualities.back(), similarity, options)) {
      continue;
    }
    // Two means that lie in the middle of their sides make long sums: spherical 2-means (Dhillon
    // and Modha, Machine Learning 42, 2001) over sides that are contiguous in time.
    const double fit = before.weighted.length() + after.weighted.length();
    if (!best || fit > best_fit) {
      best = at;
      best_fit = fit;
    }
  }
  return best;
}

}  // namespace screenalytics
