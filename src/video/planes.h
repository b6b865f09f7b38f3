// SPDX-License-Identifier: MIT
#pragma once

#include "core/geometry.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>

namespace screenalytics {

/// One channel of a picture that belongs to somebody else. Samples of more than 8 bits take two
/// bytes in the machine's byte order.
struct PlaneView {
  const std::uint8_t* data = nullptr;
  std::ptrdiff_t stride = 0;  ///< bytes from row to row; negative for pictures stored bottom up
  Size size;
  int bits = 8;

  int sample_bytes() const { return bits > 8 ? 2 : 1; }
  const std::uint8_t* row(int y) const { return data + stride * y; }
  /// `part` must lie inside.
  PlaneView part(const Rect& part) const;
  /// Every n-th row, beginning in the middle of the first n.
  PlaneView every_row(int n) const;
};

/// A channel with its own pixels, or a view of somebody else's where nothing had to be computed.
struct Plane {
  std::unique_ptr<std::uint8_t[]> pixels;
  PlaneView view;

  static Plane make(Size size, int bits);
  /// All samples have one value.
  static Plane even(Size size, int bits, int value);
  static Plane borrowed(const PlaneView& view) { return {nullptr, view}; }
  std::uint8_t* row(int y) { return pixels.get() + view.stride * y; }
};

/// The plane at another size and depth (8 or 16 bits). Smaller: each sample is the mean of the area
/// it covers; larger: bilinear. Sample centres keep their place, ((x + 0.5) * ratio - 0.5). Gives
/// the source itself back when it is as wanted.
Plane resampled(Plane source, Size size, int bits);

/// Each row becomes (above + 2 row + below) / 4, mirrored at the edges: the two fields of an
/// interlaced picture no longer form a comb.
Plane fields_blended(const PlaneView& source);

/// Rows 2n and 2n + 1 become one: half the height, fields merged.
Plane fields_merged(const PlaneView& source);

/// The two channels that alternate in one plane (NV12 and the like); `size` is that of one channel.
std::pair<Plane, Plane> split(const PlaneView& interleaved);

}  // namespace screenalytics
