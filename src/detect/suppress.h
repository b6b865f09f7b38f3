// SPDX-License-Identifier: MIT
#pragma once

#include "core/detection.h"

namespace screenalytics {

/// Best score first; equal scores by left, then top edge, so that the order never depends on the
/// input's.
void sort_by_score(Detections& found);

/// Greedy non-maximum suppression: keeps the best and drops what overlaps it by more than
/// `max_overlap` (IoU), then the next best that is left, and so on. The result is sorted as by
/// `sort_by_score`.
Detections suppress(Detections found, double max_overlap);

}  // namespace screenalytics
