// SPDX-License-Identifier: MIT
#pragma once

#include "infer/tensor.h"
#include "models/model_pack.h"

#include <cstdint>
#include <vector>

namespace screenalytics {

/// A drawn face of the aligned 112x112 kind: skin, eyes, nose and mouth where the template has
/// them, soft light. Same number, same pixels; different numbers, different faces.
Image drawn_face(Size size, int number);

/// Input tensors on which preparing compares a model with its original: drawn faces through the
/// card's pixel format, in the size that `input_shape` (N x 3 x H x W, -1 = free) fixes, else
/// 112x112 for embedders and 320x256 for detectors.
std::vector<Tensor> check_tensors(const ModelCard& card,
                                  const std::vector<std::int64_t>& input_shape);

}  // namespace screenalytics
