// SPDX-License-Identifier: MIT
#include "faces/thumbnail.h"

#include "faces/mat_view.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include <opencv2/imgproc.hpp>

namespace screenalytics {
namespace {

int whole(double value) { return static_cast<int>(std::lround(std::clamp(value, -1e6, 1e6))); }

/// Area-filtered along an axis that shrinks, linear along one that grows (narrow pixels can ask for
/// both).
cv::Mat resized(const cv::Mat& source, cv::Size size) {
  const cv::Size less(std::min(source.cols, size.width), std::min(source.rows, size.height));
  cv::Mat small = source, result;
  if (less != source.size()) cv::resize(source, small, less, 0, 0, cv::INTER_AREA);
  if (less == size) return small;
  cv::resize(small, result, size, 0, 0, cv::INTER_LINEAR);
  return result;
}

}  // namespace

Rect thumbnail_window(const Box& face, double pixel_aspect, const ThumbnailOptions& options) {
  if (!is_valid(face)) return {};
  const double longer = std::max(face.width() * pixel_aspect, double{face.height()});
  const double height = std::max(1.0, std::round(longer * (1 + 2 * options.margin)));
  const double width = std::max(1.0, std::round(height / pixel_aspect));
  const Point center = face.center();
  const int left = whole(center.x - width / 2);
  const int top = whole(center.y - height / 2);
  return {left, top, left + whole(width), top + whole(height)};
}

Image make_thumbnail(const Window& window, const Rect& wanted, const ThumbnailOptions& options) {
  const Size size{options.side, options.side};
  return Image::make(size, [&](std::uint8_t* pixels) {
    cv::Mat thumbnail = view(size, pixels);
    if (window.image.empty() || wanted.width() <= 0 || wanted.height() <= 0) return;
    const double x = double{1} * size.width / wanted.width();
    const double y = double{1} * size.height / wanted.height();
    const int left = whole((window.place.left - wanted.left) * x);
    const int top = whole((window.place.top - wanted.top) * y);
    const int right = whole((window.place.right - wanted.left) * x);
    const int bottom = whole((window.place.bottom - wanted.top) * y);
    const cv::Rect part = cv::Rect(left, top, right - left, bottom - top);
    if (part.empty() || (part & cv::Rect(0, 0, size.width, size.height)) != part) return;
    resized(view(window.image), part.size()).copyTo(thumbnail(part));
  });
}

}  // namespace screenalytics
