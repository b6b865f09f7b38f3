// SPDX-License-Identifier: MIT
#include "faces/pick_samples.h"

#include <algorithm>
#include <cmath>
#include <optional>

namespace screenalytics {
namespace {

/// Which of `count` equal spans of the track a time falls in, 0..count-1.
std::size_t span_of(MediaTime time, std::span<const Sighting> sightings, std::size_t count) {
  const auto length = (sightings.back().time - sightings.front().time).count();
  if (length <= 0) return 0;
  const auto passed = (time - sightings.front().time).count();
  return std::min(static_cast<std::size_t>(passed * static_cast<std::int64_t>(count) / length),
                  count - 1);
}

/// A quality that is no number is the worst.
float quality_of(const Sighting& sighting) {
  return std::isnan(sighting.quality.total) ? -1.0F : sighting.quality.total;
}

}  // namespace

std::vector<std::size_t> pick_samples(std::span<const Sighting> sightings,
                                      std::span<const std::size_t> good,
                                      const PickOptions& options) {
  if (options.samples == SampleChoice::all) return {good.begin(), good.end()};
  if (good.empty() || options.max_samples <= 0) return {};
  const auto count = static_cast<std::size_t>(options.max_samples);
  std::vector<std::size_t> ranked(good.begin(), good.end());
  std::ranges::sort(ranked, [&](std::size_t first, std::size_t second) {
    const float one = quality_of(sightings[first]), other = quality_of(sightings[second]);
    return one > other || (one == other && first < second);
  });

  std::vector<std::size_t> picked, rest;
  std::vector<bool> taken(count, false);
  for (const std::size_t at : ranked) {
    const std::size_t span = span_of(sightings[at].time, sightings, count);
    (taken[span] ? rest : picked).push_back(at);
    taken[span] = true;
  }
  const std::size_t missing = std::min(count - picked.size(), rest.size());
  picked.insert(picked.end(), rest.begin(), rest.begin() + static_cast<std::ptrdiff_t>(missing));
  std::ranges::sort(picked);
  return picked;
}

}  // namespace screenalytics
