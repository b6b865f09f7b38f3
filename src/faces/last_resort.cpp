// SPDX-License-Identifier: MIT
#include "faces/last_resort.h"

#include "faces/align_face.h"
#include "faces/pick_samples.h"

#include <algorithm>
#include <cassert>

namespace screenalytics {
namespace {

/// As small as the detector reports faces; shorter side as shown, pixels.
constexpr double kMinSize = 16;

/// Refused by a gate that the last resort lowers, before the gates behind that one were asked.
bool may_be_lifted(const Sighting& sighting, const Skip& skip) {
  if (skip.reason == SkipReason::blurry) return true;
  const Detection& face = sighting.detection;
  return skip.reason == SkipReason::too_small && skip.value && *skip.value >= kMinSize &&
         (!face.landmarks || usable(face.landmarks, face.box));
}

}  // namespace

GateOptions last_resort_gates(const GateOptions& gates, const LastResortOptions& options) {
  GateOptions relaxed = gates;
  if (options.max_samples <= 0) return relaxed;
  relaxed.min_blur = std::min(gates.min_blur, options.min_blur);
  relaxed.single_min_blur = std::min(gates.single_min_blur, options.min_blur);
  relaxed.min_size = std::min(gates.min_size, kMinSize);
  return relaxed;
}

std::vector<std::size_t> last_resort_samples(std::span<const Sighting> sightings,
                                             std::span<const std::optional<Skip>> skips,
                                             const GateOptions& gates,
                                             const LastResortOptions& options) {
  assert(sightings.size() == skips.size());
  if (options.max_samples <= 0) return {};
  const GateOptions relaxed = last_resort_gates(gates, options);
  const bool single = std::ranges::count_if(sightings, &Sighting::measured) == 1;
  std::vector<std::size_t> poor;
  for (std::size_t i = 0; i < sightings.size(); ++i) {
    if (!sightings[i].measured) continue;
    if (!skips[i]) return {};
    if (may_be_lifted(sightings[i], *skips[i]) && !check_quality(sightings[i], single, relaxed))
      poor.push_back(i);
  }
  return pick_samples(
      sightings, poor, {.samples = SampleChoice::best, .max_samples = options.max_samples});
}

}  // namespace screenalytics
