// SPDX-License-Identifier: MIT
#pragma once

#include "core/canvas.h"
#include "core/frame.h"
#include "video/ffmpeg.h"

namespace screenalytics {

/// The picture in 8-bit YCbCr 4:2:0 in memory of its own, turned upright, with the colour marks of
/// its source; RGB and HDR become BT.709. Its sides are even: see pad_to_even.
FramePtr upright_frame(const Picture& picture);

/// What can be drawn on: the picture itself, without the padding.
Canvas canvas_of(const AVFrame& frame, Size picture);

/// 4:2:0 needs even sides: the last column and row of an odd picture are repeated.
void pad_to_even(const AVFrame& frame, Size picture);

/// The frame at another (even) size.
FramePtr resized(const AVFrame& frame, Size size);

}  // namespace screenalytics
