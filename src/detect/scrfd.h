// SPDX-License-Identifier: MIT
#pragma once

#include "core/detection.h"
#include "detect/outputs.h"
#include "infer/model.h"
#include "infer/tensor.h"

#include <cstddef>
#include <span>
#include <vector>

namespace screenalytics {

/// SCRFD (Guo et al., ICLR 2022) as InsightFace exports it: scores of all strides (fine to coarse),
/// then boxes, then landmarks where the model has them: 3 or 5 strides from 8, so 6, 9, 10 or 15
/// outputs whose last axis is 1, 4 or 10. Throws Error{bad_model} for other outputs.
std::vector<std::size_t> scrfd_order(std::span<const TensorInfo> outputs);

/// Faces of one picture with at least `min_score`, overlapping ones included, in pixels of the
/// network's input. Outputs are [N, P, C] or, for a single picture, [P, C]; scores are
/// probabilities or, when any lies outside 0..1, logits. Throws Error{bad_model} when the number of
/// rows does not belong to the input's size.
Detections decode_scrfd(std::span<const Tensor> outputs,
                        const NetworkInput& input,
                        std::size_t image,
                        double min_score);

}  // namespace screenalytics
