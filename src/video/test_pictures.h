// SPDX-License-Identifier: MIT
#pragma once

#include "core/frame.h"
#include "video/ffmpeg.h"

#include <array>
#include <functional>

// Frames drawn for tests in any pixel format, and how far a picture is from what was drawn.

namespace screenalytics {

struct Colour {
  double r = 0;
  double g = 0;
  double b = 0;
};
/// x and y from 0 to 1; colours from 0 to 255.
using Scene = std::function<Colour(double x, double y)>;

/// Skin tones, strong colours and dark parts, all changing slowly.
Colour gentle(double x, double y);

struct Marks {
  AVColorSpace matrix = AVCOL_SPC_BT709;
  AVColorRange range = AVCOL_RANGE_MPEG;
};

FramePtr allocate(AVPixelFormat format, Size size);

/// The scene in any pixel format, by way of FFmpeg's own conversion.
FramePtr drawn(AVPixelFormat format, Size size, const Scene& scene, const Marks& marks = {});

/// Mean and largest distance of a picture's bytes from the scene.
struct Miss {
  double mean = 0;
  double most = 0;
};
Miss miss(const Image& image, const Scene& scene, Size whole, Rect place);
Miss miss(const Image& image, const Scene& scene);

/// Blue, green, red.
std::array<int, 3> pixel(const Image& image, int x, int y);

}  // namespace screenalytics
