// SPDX-License-Identifier: MIT
#pragma once

#include "core/frame.h"

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace screenalytics {

/// Baseline JPEG, 4:2:0, quality 1..100; the same bytes for the same pixels. Throws
/// Error{internal}.
std::vector<std::uint8_t> encode_jpeg(const Image& image, int quality);

/// A JPEG as pixels, scaled down by the least of the eighths that make both sides at most
/// `longest_side`; never up. Empty when the bytes are no JPEG that can be read whole, or when even
/// an eighth is larger.
std::optional<Image> decode_jpeg(std::span<const std::uint8_t> bytes, int longest_side);

}  // namespace screenalytics
