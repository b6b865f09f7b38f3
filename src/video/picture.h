// SPDX-License-Identifier: MIT
#pragma once

#include "core/frame.h"
#include "video/ffmpeg.h"

#include <memory>

namespace screenalytics {

/// How a stream's stored pictures are to be shown.
struct PictureShape {
  int rotation = 0;                ///< clockwise degrees
  bool mirrored = false;           ///< left-right flip after the turn
  double stored_pixel_aspect = 1;  ///< before rotation
};

PictureShape shape_of(const AVStream& stream);

/// Takes over the decoder's frame; its pixels are not copied.
std::shared_ptr<const Picture> make_picture(FramePtr frame, const PictureShape& shape);

}  // namespace screenalytics
