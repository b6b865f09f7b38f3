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

/// RetinaFace (Deng et al., CVPR 2020) with the priors of its mobilenet0.25: places of boxes [N, P,
/// 4], confidences [N, P, 2] and landmarks [N, P, 10] among the model's outputs, told apart by
/// their last axis. Throws Error{bad_model} when one is missing.
std::vector<std::size_t> retinaface_order(std::span<const TensorInfo> outputs);

/// Faces of one picture with at least `min_score`, overlapping ones included, in pixels of the
/// network's input. `outputs` are boxes, confidences, landmarks; confidences are probabilities or,
/// unless all rows add up to 1, logits. Throws Error{bad_model} when the number of priors does not
/// belong to the input's size.
Detections decode_retinaface(std::span<const Tensor> outputs,
                             const NetworkInput& input,
                             std::size_t image,
                             double min_score);

}  // namespace screenalytics
