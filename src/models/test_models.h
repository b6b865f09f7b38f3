// SPDX-License-Identifier: MIT
#pragma once

#include "core/geometry.h"

#include <cstdint>
#include <vector>

namespace screenalytics {

/// An ONNX file with input 1x3x112x112 that gives the mean of each channel, times `factor`: an
/// embedder of dimension 3.
std::vector<std::uint8_t> tiny_embedder(float factor);

/// An ONNX file with input Nx3xHxW (a free axis where a number is 0 or less) and one output of that
/// shape.
std::vector<std::uint8_t> tiny_detector(Size size, int batch = 1);

}  // namespace screenalytics
