// SPDX-License-Identifier: MIT
#pragma once

#include "core/canvas.h"
#include "core/ids.h"
#include "core/time.h"
#include "overlay/lettering.h"
#include "overlay/paint.h"

#include <span>
#include <string>

namespace screenalytics {

/// A box to draw.
struct NamedBox {
  Box box;
  std::string name;  ///< empty: no label
  Rgb colour;
  bool strong = true;  ///< false: a thin line
};

/// Letters that suit a picture of this size.
int letter_height(Size picture);

/// Boxes with dark edges (they show on light and dark pictures), and the names on tabs of the same
/// colour, where they fit: above, below, or inside the box, without covering each other.
void draw_boxes(const Canvas& canvas, std::span<const NamedBox> boxes, Lettering& lettering);

/// Time and number of the frame in the top left corner.
void draw_clock(const Canvas& canvas, MediaTime time, FrameIndex frame, Lettering& lettering);

/// 3723.5 s -> "1:02:03.500"; whole milliseconds, rounded down.
std::string running_clock(MediaTime time);

}  // namespace screenalytics
