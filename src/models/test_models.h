// SPDX-License-Identifier: MIT
#pragma once

#include "core/geometry.h"

#include <cstdint>
#include <vector>

namespace screenalytics {

/// An ONNX file with input 1x3x112x112 that gives the mean of each channel, times `factor`: an
/// embedder of dimension 3.
std::vector<std::uint8_t> tiny_embedder(float factor);

/// An ONNX file with input 1x3xHxW (free when `size` is 0) and one output of that shape.
std::vector<std::uint8_t> tiny_detector(Size size);

}  // namespace screenalytics
