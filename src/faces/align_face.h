// SPDX-License-Identifier: MIT
#pragma once

#include "core/detection.h"
#include "core/frame.h"

#include <optional>

namespace screenalytics {

/// Side of an aligned crop in pixels.
inline constexpr int kCropSide = 112;

/// Where the five landmarks go in an aligned crop (InsightFace's ArcFace template, 112x112).
inline constexpr Landmarks kArcFaceTemplate{{{38.2946F, 51.6963F},
                                             {73.5318F, 51.5014F},
                                             {56.0252F, 71.7366F},
                                             {41.5493F, 92.3655F},
                                             {70.7299F, 92.2041F}}};

struct AlignOptions {
  double margin = 0.20;  ///< each side, for a face without landmarks
};

/// Landmarks that can align a face: present, finite, spread over at least a pixel and over a tenth
/// of the box.
bool usable(const std::optional<Landmarks>& landmarks, const Box& box);

/// The part of the picture that aligning this face reads, in source pixels, to be asked of
/// `Picture::window`.
Rect alignment_window(const Detection& face, double pixel_aspect, const AlignOptions& options);

/// 112x112 crop: similarity transform of the landmarks to the ArcFace template in square pixels,
/// bilinear, outside of the picture black; without landmarks the box with its margin. Empty when
/// nothing of the face is on the picture.
std::optional<Image> align_face(const Window& window,
                                const Detection& face,
                                double pixel_aspect,
                                const AlignOptions& options);

}  // namespace screenalytics
