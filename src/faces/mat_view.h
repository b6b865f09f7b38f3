// SPDX-License-Identifier: MIT
#pragma once

#include "core/frame.h"

#include <opencv2/core.hpp>

namespace screenalytics {

/// The image's pixels as OpenCV sees them, not copied and to be read only: OpenCV has no read-only
/// matrix.
inline cv::Mat view(const Image& image) {
  return cv::Mat(image.size().height,
                 image.size().width,
                 CV_8UC3,
                 const_cast<std::uint8_t*>(image.data()),
                 image.stride());
}

/// The same for pixels under construction.
inline cv::Mat view(Size size, std::uint8_t* pixels) {
  return cv::Mat(
      size.height, size.width, CV_8UC3, pixels, static_cast<std::size_t>(size.width) * 3);
}

}  // namespace screenalytics
