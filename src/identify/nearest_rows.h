// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace screenalytics {

struct NearRow {
  std::size_t row = 0;
  double similarity = 0;  ///< cosine
};

/// Every row of unit vectors (one after the other in `rows`, each as long as `face`) with at least
/// this cosine to the unit vector `face`, nearest first, equal ones by row. Exact: every row is
/// looked at.
std::vector<NearRow> nearest_rows(std::span<const float> face,
                                  std::span<const float> rows,
                                  double min_similarity);

}  // namespace screenalytics
