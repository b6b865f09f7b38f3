// SPDX-License-Identifier: MIT
#pragma once

#include "core/frame.h"

#include <cstdint>
#include <vector>

namespace screenalytics {

/// Baseline JPEG, 4:2:0, quality 1..100; the same bytes for the same pixels. Throws
/// Error{internal}.
std::vector<std::uint8_t> encode_jpeg(const Image& image, int quality);

}  // namespace screenalytics
