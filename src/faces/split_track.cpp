// SPDX-License-Identifier: MIT
#include "faces/split_track.h"

#include "faces/weighted_sum.h"

#include <cassert>

namespace screenalytics {
namespace {

/// An excursion to another person is looked for on a grid of so many stretches.
constexpr std::size_t kMaxBlocks = 64;

/// Some of a track's samples, as sums only: a long track costs no square of its length.
struct Side {
  explicit Side(std::size_t dimension) : weighted(dimension), plain(dimension) {}

  void add(const Embedding& sample, float quality) {
    weighted.add(sample, weight_of(quality));
    plain.add(sample, 1);
    ++count;
  }
  void add(const Side& other) {
    weighted.add(other.weighted, 1);
    plain.add(other.plain, 1);
    count += other.count;
  }
  /// These samples without some of them.
  Side without(const Side& part) const {
    Side rest = *this;
    rest.weighted.add(part.weighted, -1);
    rest.plain.add(part.plain, -1);
    rest.count -= part.count;
    return rest;
  }
  /// Mean cosine of two different samples: the square of the sum holds each pair twice and each
  /// sample once.
  double cohesion() const {
    return (plain.dot_with(plain) - count) / (double{1} * count * (count - 1));
  }
  bool is_group(const SplitOptions& options) const {
    return count > 1 && cohesion() >= options.min_cohesion;
  }

  WeightedSum weighted;
  WeightedSum plain;
  int count = 0;
};

Side side_of(std::span<const Embedding> samples, std::span<const float> qualities) {
  Side side(samples.front().values().size());
  for (std::size_t i = 0; i < samples.size(); ++i) side.add(samples[i], qualities[i]);
  return side;
}

/// Two means that lie in the middle of their samples make long sums: the objective of spherical
/// 2-means (Dhillon and Modha, Machine Learning 42, 2001).
double fit(const Side& first, const Side& second) {
  return first.weighted.length() + second.weighted.length();
}

/// One sample is weak evidence: it must be a good one, and look like somebody else altogether.
bool is_somebody(const Side& side,
                 float edge_quality,
                 double similarity,
                 const SplitOptions& options) {
  if (side.count > 1) return side.is_group(options);
  return similarity < options.single_max_similarity && edge_quality >= options.single_min_quality;
}

/// One person before, another one after.
std::optional<std::size_t> best_split(std::span<const Embedding> samples,
                                      std::span<const float> qualities,
                                      const SplitOptions& options) {
  const Side all = side_of(samples, qualities);
  Side before(samples.front().values().size());
  std::optional<std::size_t> best;
  double best_fit = 0;
  for (std::size_t at = 1; at < samples.size(); ++at) {
    before.add(samples[at - 1], qualities[at - 1]);
    const Side after = all.without(before);
    const double similarity = before.weighted.cosine(after.weighted);
    if (!(similarity < options.max_similarity) ||
        !is_somebody(before, qualities.front(), similarity, options) ||
        !is_somebody(after, qualities.back(), similarity, options)) {
      continue;
    }
    if (!best || fit(before, after) > best_fit) {
      best = at;
      best_fit = fit(before, after);
    }
  }
  return best;
}

/// Where a visit to another person ends: one person, then another for two samples or more, then the
/// first again. A single odd sample is no visit, since a hand before the face looks the same:
/// pooling leaves it out.
std::optional<std::size_t> end_of_visit(std::span<const Embedding> samples,
                                        std::span<const float> qualities,
                                        const SplitOptions& options) {
  const std::size_t blocks = std::min(samples.size(), kMaxBlocks);
  const auto start_of = [&](std::size_t block) { return block * samples.size() / blocks; };
  const auto block_of = [&](std::size_t block) {
    const std::size_t from = start_of(block), length = start_of(block + 1) - from;
    return side_of(samples.subspan(from, length), qualities.subspan(from, length));
  };
  const Side all = side_of(samples, qualities);
  std::optional<std::size_t> best;
  double best_fit = 0;
  for (std::size_t from = 1; from + 1 < blocks; ++from) {
    Side visit(samples.front().values().size());
    for (std::size_t to = from + 1; to < blocks; ++to) {
      visit.add(block_of(to - 1));
      const Side rest = all.without(visit);
      if (!(visit.weighted.cosine(rest.weighted) < options.max_similarity)) continue;
      if (!visit.is_group(options) || !rest.is_group(options)) continue;
      if (!best || fit(visit, rest) > best_fit) {
        best = start_of(to);
        best_fit = fit(visit, rest);
      }
    }
  }
  return best;
}

}  // namespace

std::optional<std::size_t> find_switch(std::span<const Embedding> samples,
                                       std::span<const float> qualities,
                                       const SplitOptions& options) {
  assert(samples.size() == qualities.size());
  if (samples.size() < 2) return std::nullopt;
  if (const auto at = best_split(samples, qualities, options)) return at;
  const auto end = end_of_visit(samples, qualities, options);
  if (!end) return std::nullopt;
  return best_split(samples.first(*end), qualities.first(*end), options);
}

}  // namespace screenalytics
