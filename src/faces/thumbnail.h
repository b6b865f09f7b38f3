// SPDX-License-Identifier: MIT
#pragma once

#include "core/detection.h"
#include "core/frame.h"

namespace screenalytics {

struct ThumbnailOptions {
  int side = 256;        ///< pixels, square
  double margin = 0.35;  ///< each side of the face's box, of its longer side
};

/// The square (as shown) around a face, in source pixels; may reach beyond the picture.
Rect thumbnail_window(const Box& face, double pixel_aspect, const ThumbnailOptions& options);

/// `window` is what Picture::window gave for `wanted`; outside of the picture stays black. Pixels
/// become square.
Image make_thumbnail(const Window& window, const Rect& wanted, const ThumbnailOptions& options);

}  // namespace screenalytics
