// SPDX-License-Identifier: MIT
#include "overlay/test_canvas.h"

#include <algorithm>
#include <cstddef>

namespace screenalytics {

TestPicture::TestPicture(Size size, std::uint8_t luma) {
  const Size small{(size.width + 1) / 2, (size.height + 1) / 2};
  const auto area = [](Size of) {
    return static_cast<std::size_t>(of.width) * static_cast<std::size_t>(of.height);
  };
  pixels_.assign(area(size) + 2 * area(small), 128);
  std::fill_n(pixels_.begin(), area(size), luma);
  std::uint8_t* data = pixels_.data();
  canvas_.luma = {data, size.width, size};
  canvas_.blue = {data + area(size), small.width, small};
  canvas_.red = {data + area(size) + area(small), small.width, small};
}

void TestPicture::chequer(std::uint8_t dark, std::uint8_t light) {
  for (int y = 0; y < canvas_.luma.size.height; ++y) {
    for (int x = 0; x < canvas_.luma.size.width; ++x)
      canvas_.luma.row(y)[x] = (x + y) % 2 == 0 ? dark : light;
  }
}

}  // namespace screenalytics
