// SPDX-License-Identifier: MIT
#include "detect/suppress.h"

#include <algorithm>
#include <tuple>

namespace screenalytics {

void sort_by_score(Detections& found) {
  std::ranges::sort(found, [](const Detection& first, const Detection& second) {
    const auto key = [](const Detection& d) {
      return std::tuple(-d.score, d.box.left, d.box.top, d.box.right, d.box.bottom);
    };
    return key(first) < key(second);
  });
}

Detections suppress(Detections found, double max_overlap) {
  sort_by_score(found);
  Detections kept;
  for (const Detection& candidate : found) {
    const bool covered = std::ranges::any_of(kept, [&](const Detection& better) {
      return iou(better.box, candidate.box) > max_overlap;
    });
    if (!covered) kept.push_back(candidate);
  }
  return kept;
}

}  // namespace screenalytics
