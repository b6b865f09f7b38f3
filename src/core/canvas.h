// SPDX-License-Identifier: MIT
#pragma once

#include "core/geometry.h"

#include <cstddef>
#include <cstdint>

namespace screenalytics {

/// One 8-bit channel that is drawn on in place.
struct PlaneSpan {
  std::uint8_t* data = nullptr;
  std::ptrdiff_t stride = 0;
  Size size;
  std::uint8_t* row(int y) const { return data + stride * y; }
};

/// A picture that is drawn on: 8-bit YCbCr 4:2:0, upright, in the coordinates of every box. The
/// pixels belong to whoever made it.
struct Canvas {
  PlaneSpan luma;
  PlaneSpan blue;              ///< Cb; half the size, rounded up
  PlaneSpan red;               ///< Cr
  double pixel_aspect = 1;     ///< width of a pixel over its height
  double red_weight = 0.2126;  ///< of red in luma
  double blue_weight = 0.0722;
  bool full_range = false;
  Size size() const { return luma.size; }
};

}  // namespace screenalytics
