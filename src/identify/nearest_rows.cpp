// SPDX-License-Identifier: MIT
#include "identify/nearest_rows.h"

#include <algorithm>
#include <array>

namespace screenalytics {
namespace {

/// Sums in a fixed number of lanes: the compiler may use vectors, and every machine adds in the
/// same order.
float dot(const float* a, const float* b, std::size_t count) {
  constexpr std::size_t kLanes = 16;
  std::array<float, kLanes> lanes{};
  std::size_t i = 0;
  for (; i + kLanes <= count; i += kLanes) {
    for (std::size_t lane = 0; lane < kLanes; ++lane) lanes[lane] += a[i + lane] * b[i + lane];
  }
  for (; i < count; ++i) lanes[i % kLanes] += a[i] * b[i];
  float sum = 0;
  for (const float lane : lanes) sum += lane;
  return sum;
}

}  // namespace

std::vector<NearRow> nearest_rows(std::span<const float> face,
                                  std::span<const float> rows,
                                  double min_similarity) {
  std::vector<NearRow> near;
  if (face.empty()) return near;
  const std::size_t count = rows.size() / face.size();
  for (std::size_t row = 0; row < count; ++row) {
    const auto similarity =
        static_cast<double>(dot(face.data(), rows.data() + row * face.size(), face.size()));
    if (similarity >= min_similarity) near.push_back({row, similarity});
  }
  std::ranges::stable_sort(near, std::ranges::greater(), &NearRow::similarity);
  return near;
}

}  // namespace screenalytics
