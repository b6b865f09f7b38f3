// SPDX-License-Identifier: MIT
#include "identify/support.h"

#include <algorithm>
#include <cmath>

namespace screenalytics {

double length_of_support(std::int64_t faces, const SupportOptions& options) {
  const std::int64_t most = std::max(options.enough, 1);
  const auto count = static_cast<double>(std::clamp(faces, std::int64_t{1}, most));
  return std::sqrt(options.common + (1 - options.common) / count);
}

}  // namespace screenalytics
