// SPDX-License-Identifier: MIT
#include "faces/pool_track.h"

#include "faces/weighted_sum.h"

#include <cassert>
#include <numeric>
#include <tuple>

namespace screenalytics {
namespace {

using Positions = std::vector<std::size_t>;

WeightedSum sum_of(std::span<const Embedding> samples,
                   std::span<const float> qualities,
                   const Positions& voters) {
  WeightedSum sum(samples.front().values().size());
  for (const std::size_t at : voters) sum.add(samples[at], weight_of(qualities[at]));
  return sum;
}

/// Drops the samples farthest from the mean until all that are left agree with their mean. Few at a
/// time (the worst quarter of those that disagree, at least one), because a stranger bends the
/// mean: those that only look far because of it may stay. Ties: the worse quality goes, then the
/// later one.
Positions agreeing(std::span<const Embedding> samples,
                   std::span<const float> qualities,
                   double min_agreement) {
  Positions voters(samples.size());
  std::iota(voters.begin(), voters.end(), std::size_t{0});
  std::vector<double> agreement(samples.size());
  while (voters.size() > 1) {
    const WeightedSum sum = sum_of(samples, qualities, voters);
    Positions failing;
    for (const std::size_t at : voters) {
      agreement[at] = sum.cosine(samples[at]);
      if (!(agreement[at] >= min_agreement)) failing.push_back(at);
    }
    if (failing.empty()) break;
    std::ranges::sort(failing, {}, [&](std::size_t at) {
      return std::tuple(agreement[at], weight_of(qualities[at]), samples.size() - at);
    });
    failing.resize(std::min(std::max<std::size_t>(1, failing.size() / 4), voters.size() - 1));
    std::erase_if(voters,
                  [&](std::size_t at) { return std::ranges::find(failing, at) != failing.end(); });
  }
  return voters;
}

double spread_of(std::span<const Embedding> samples) {
  double spread = 0;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      spread = std::max(spread, 1 - cosine(samples[i], samples[j]));
    }
  }
  return spread;
}

}  // namespace

std::optional<PooledTrack> pool_track(std::span<const Embedding> samples,
                                      std::span<const float> qualities,
                                      const PoolOptions& options) {
  assert(samples.size() == qualities.size());
  if (samples.empty()) return std::nullopt;
  Positions voters = agreeing(samples, qualities, options.min_agreement);
  auto mean = sum_of(samples, qualities, voters).direction();
  if (!mean) {
    // Only opposite samples can cancel out, and only when no agreement is asked for: the best one
    // stands for all.
    voters = {static_cast<std::size_t>(std::ranges::max_element(qualities) - qualities.begin())};
    mean = samples[voters.front()];
  }
  const double spread = spread_of(samples);
  return PooledTrack{*std::move(mean), std::move(voters), spread, spread <= options.max_spread};
}

}  // namespace screenalytics
