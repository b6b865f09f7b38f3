// SPDX-License-Identifier: MIT
#pragma once

#include "core/frame.h"

#include <array>
#include <cstdint>
#include <span>
#include <vector>

namespace screenalytics {

/// Dense float32, row-major.
struct Tensor {
  std::vector<std::int64_t> shape;
  std::vector<float> values;
};

enum class ChannelOrder { bgr, rgb };

/// How pixels become a model's input: (pixel - mean[c]) * scale[c], c in the model's channel order.
struct PixelFormat {
  ChannelOrder order = ChannelOrder::bgr;
  std::array<float, 3> mean{};
  std::array<float, 3> scale{1, 1, 1};
};

/// N x 3 x H x W from images of one size. The span is not empty.
Tensor to_tensor(std::span<const Image> images, const PixelFormat& format);

}  // namespace screenalytics
