// SPDX-License-Identifier: MIT
#pragma once

#include "core/canvas.h"
#include "core/geometry.h"
#include "core/ids.h"

#include <cstdint>
#include <vector>

namespace screenalytics {

struct Rgb {
  std::uint8_t red = 0;
  std::uint8_t green = 0;
  std::uint8_t blue = 0;
  friend bool operator==(const Rgb&, const Rgb&) = default;
};

/// How much of each pixel is covered, 0..255; rows without padding.
struct Mask {
  Size size;
  std::vector<std::uint8_t> coverage;
};

struct PixelPlace {
  int x = 0;
  int y = 0;
};

/// Fills the part of the box that lies on the picture; edges between pixels are smooth. `opacity`
/// 0..1.
void fill(const Canvas& canvas, const Box& box, Rgb colour, float opacity);

/// Lines of this thickness (in pixels as high) along the inside of the box.
void outline(const Canvas& canvas, const Box& box, float thickness, Rgb colour);

/// Paints through the mask, whose top left corner lies at `at`.
void stamp(const Canvas& canvas, const Mask& mask, PixelPlace at, Rgb colour);

/// A colour of its own for each number, always the same, light enough to carry black letters.
/// Neighbouring numbers are far apart in hue.
Rgb colour_of_person(std::int64_t number);

}  // namespace screenalytics
