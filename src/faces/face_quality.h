// SPDX-License-Identifier: MIT
#pragma once

#include "core/face.h"
#include "core/frame.h"

namespace screenalytics {

/// Measures an aligned 112x112 crop: contrast (standard deviation over all channels), blur
/// (variance of the 3x3 Laplacian [0 1 0; 1 -4 1; 0 1 0] on the grey crop), pose from the
/// landmarks, and one number for all, 0..1.
FaceQuality measure_quality(const Image& crop, const Detection& face, double pixel_aspect);

/// Yaw, pitch and roll from five landmarks (weak perspective fit to a mean face); empty without
/// landmarks.
std::optional<HeadPose> estimate_pose(const std::optional<Landmarks>& landmarks,
                                      double pixel_aspect);

}  // namespace screenalytics
