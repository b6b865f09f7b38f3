// SPDX-License-Identifier: MIT
#pragma once

#include "core/geometry.h"
#include "core/ids.h"
#include "core/time.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

namespace screenalytics {

/// Immutable BGR24 pixels (full range, SDR), rows without padding. A copy shares the pixels and is
/// safe across threads.
class Image {
 public:
  Image() = default;
  /// `pixels` holds width * height * 3 bytes.
  Image(Size size, std::shared_ptr<const std::uint8_t[]> pixels)
      : size_(size), pixels_(std::move(pixels)) {}

  /// A black picture whose pixels `fill(uint8_t* data)` writes before it becomes immutable.
  template <typename Fill>
  static Image make(Size size, Fill&& fill) {
    auto pixels = std::make_shared<std::uint8_t[]>(bytes_of(size));
    fill(pixels.get());
    return Image(size, std::move(pixels));
  }

  Size size() const { return size_; }
  bool empty() const { return size_.width <= 0 || size_.height <= 0; }
  std::size_t stride() const { return static_cast<std::size_t>(size_.width) * 3; }
  const std::uint8_t* data() const { return pixels_.get(); }
  std::span<const std::uint8_t> bytes() const { return {pixels_.get(), bytes_of(size_)}; }
  std::span<const std::uint8_t> row(int y) const {
    return {pixels_.get() + static_cast<std::size_t>(y) * stride(), stride()};
  }

 private:
  static std::size_t bytes_of(Size size) {
    return static_cast<std::size_t>(size.width) * static_cast<std::size_t>(size.height) * 3;
  }
  Size size_;
  std::shared_ptr<const std::uint8_t[]> pixels_;
};

/// Part of a picture at full resolution, and where it lies in the picture.
struct Window {
  Image image;
  Rect place;
};

/// One decoded picture in its native pixel format. It converts only what it is asked for: a
/// full-size BGR frame exists only when somebody wants one. Coordinates are source pixels after the
/// container's rotation and mirror have been applied. Const calls are safe from several threads.
class Picture {
 public:
  virtual ~Picture() = default;
  virtual Size size() const = 0;
  /// Width of a pixel divided by its height as shown (sample aspect ratio after rotation).
  virtual double pixel_aspect() const = 0;
  /// The whole picture at another size, area-filtered, as BGR24 SDR.
  virtual Image scaled(Size size) const = 0;
  /// The part of `wanted` that lies on the picture, unscaled; an empty image when none does.
  virtual Window window(const Rect& wanted) const = 0;
};

struct Frame {
  FrameIndex index;
  MediaTime time;
  Duration duration{};  ///< until the next frame
  std::shared_ptr<const Picture> picture;
};

}  // namespace screenalytics
