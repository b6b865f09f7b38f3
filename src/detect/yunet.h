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

/// YuNet (Wu et al., Machine Intelligence Research 20, 2023): classes [N, P, 1], objectness [N, P,
/// 1], boxes [N, P, 4] and landmarks [N, P, 10], each at strides 8, 16 and 32 in this order. Found
/// by the names cls_8 to kps_32, else taken in the model's order. Throws Error{bad_model} for other
/// outputs.
std::vector<std::size_t> yunet_order(std::span<const TensorInfo> outputs);

/// Faces of one picture with at least `min_score` = sqrt(class * objectness), overlapping ones
/// included, in pixels of the network's input. Throws Error{bad_model} when the number of rows does
/// not belong to the input's size.
Detections decode_yunet(std::span<const Tensor> outputs,
                        const NetworkInput& input,
                        std::size_t image,
                        double min_score);

}  // namespace screenalytics
