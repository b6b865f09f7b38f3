// SPDX-License-Identifier: MIT
#pragma once

#include "core/frame.h"
#include "video/colour.h"
#include "video/ffmpeg.h"
#include "video/picture.h"
#include "video/planes.h"

#include <array>

namespace screenalytics {

/// A decoder's frame as a picture. Planar YUV, grey, planar RGB and NV12-like formats are used as
/// they are; any other format is converted once, in full, to one of these.
class FramePicture final : public Picture {
 public:
  /// Throws Error{bad_media} when the pixel format is one that nothing can read.
  FramePicture(FramePtr frame, const PictureShape& shape);

  Size size() const override;
  double pixel_aspect() const override;
  Image scaled(Size size) const override;
  Window window(const Rect& wanted) const override;

  /// Like `scaled`, much cheaper and rougher: for tiny pictures it reads only some of the rows.
  Image coarse(Size size) const;

  /// In 8-bit YCbCr 4:2:0, turned upright, in memory of its own with even sides, marked as the
  /// source is; null where that needs a conversion of colours (RGB, HDR).
  FramePtr upright() const;

 private:
  using Planes = std::array<Plane, 3>;

  bool turned() const { return shape_.rotation == 90 || shape_.rotation == 270; }
  Size stored_size() const { return {frame_->width, frame_->height}; }
  bool grey() const;
  PlaneView stored_plane(int component) const;
  Rect stored_rect(const Rect& shown) const;
  Rect chroma_rect(const Rect& luma) const;
  /// This region of the stored picture. `rows`: only about so many of a plane's rows; 0: all.
  Planes channels(const Rect& luma, int rows) const;
  Image converted(const Planes& planes) const;

  FramePtr frame_;
  PictureShape shape_;
  ColourModel colour_;
  int chroma_shift_x_ = 0;
  int chroma_shift_y_ = 0;
};

/// A display matrix (nine 32-bit numbers, may be null) in quarter turns, and the stored pixel
/// aspect.
PictureShape shape_from(const std::uint8_t* display_matrix, AVRational aspect);

}  // namespace screenalytics
