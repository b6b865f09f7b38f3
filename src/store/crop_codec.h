// SPDX-License-Identifier: MIT
#pragma once

#include "core/frame.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

namespace screenalytics {

/// Packs small pictures without loss: green is taken from blue and red, every value becomes its
/// difference to left + up - upper left, and zstd's fastest level codes the rest with a small table
/// (matches are rare in photos, so a larger one only costs time). 13 kB and 0.13 CPU-ms for an
/// aligned 112x112 face, 37.6 kB unpacked. One thread at a time.
class CropPacker {
 public:
  CropPacker();
  ~CropPacker();
  CropPacker(const CropPacker&) = delete;
  CropPacker& operator=(const CropPacker&) = delete;
  /// Width and height (16 bits each), then the zstd frame with its own checksum. Throws
  /// Error{internal} for an empty picture or one with a side over 4096.
  std::vector<std::uint8_t> pack(const Image& crop);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Empty when the bytes are not a whole, undamaged picture.
std::optional<Image> unpack_crop(std::span<const std::uint8_t> packed);

}  // namespace screenalytics
