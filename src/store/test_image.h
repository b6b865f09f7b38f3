// SPDX-License-Identifier: MIT
#pragma once

#include "core/frame.h"

#include <cstdint>
#include <random>

namespace screenalytics {

/// Smooth shades with a little noise, like a photo; the same for the same seed.
inline Image test_image(Size size, unsigned seed) {
  return Image::make(size, [&](std::uint8_t* pixels) {
    std::mt19937 random(seed);
    for (int y = 0; y < size.height; ++y) {
      for (int x = 0; x < size.width; ++x) {
        const unsigned noise = random() % 8;
        *pixels++ = static_cast<std::uint8_t>(static_cast<unsigned>(x + y) + noise);
        *pixels++ = static_cast<std::uint8_t>(static_cast<unsigned>(2 * x) + noise + seed);
        *pixels++ = static_cast<std::uint8_t>(static_cast<unsigned>(200 - y) + noise);
      }
    }
  });
}

}  // namespace screenalytics
