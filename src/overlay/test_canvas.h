// SPDX-License-Identifier: MIT
#pragma once

#include "core/canvas.h"

#include <cstdint>
#include <vector>

namespace screenalytics {

/// A small grey picture with pixels of its own.
class TestPicture {
 public:
  explicit TestPicture(Size size, std::uint8_t luma = 128);
  const Canvas& canvas() const { return canvas_; }
  Canvas& canvas() { return canvas_; }
  int luma(int x, int y) const { return canvas_.luma.row(y)[x]; }
  int blue(int x, int y) const { return canvas_.blue.row(y)[x]; }  ///< of a chroma sample
  int red(int x, int y) const { return canvas_.red.row(y)[x]; }
  /// Every pixel, for comparisons.
  const std::vector<std::uint8_t>& pixels() const { return pixels_; }
  /// A fine chequered pattern: every detail is lost when it is hidden.
  void chequer(std::uint8_t dark, std::uint8_t light);

 private:
  std::vector<std::uint8_t> pixels_;
  Canvas canvas_;
};

}  // namespace screenalytics
