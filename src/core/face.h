// SPDX-License-Identifier: MIT
#pragma once

#include "core/detection.h"
#include "core/frame.h"

#include <optional>
#include <span>
#include <vector>

namespace screenalytics {

/// Head pose in degrees, from five landmarks. Positive yaw: turned to the picture's right; positive
/// pitch: looking down; positive roll: tilted clockwise in the picture.
struct HeadPose {
  float yaw = 0;
  float pitch = 0;
  float roll = 0;
};

/// What was measured on a face, before any decision about it.
struct FaceQuality {
  float contrast = 0;  ///< standard deviation over all channels of the crop, 0..127
  float blur = 0;      ///< variance of the Laplacian on the aligned 112x112 grey crop
  float size = 0;      ///< shorter side of the box as shown (square pixels)
  std::optional<HeadPose> pose;
  float total = 0;  ///< 0..1, all of the above and the detector's score in one number
};

/// Unit length, always: the constructor normalises. An embedding of a zero vector cannot exist.
class Embedding {
 public:
  /// Empty when the raw vector's length is below 1e-6 or not finite.
  static std::optional<Embedding> normalised(std::vector<float> raw);
  std::span<const float> values() const { return values_; }
  /// Cosine similarity, -1..1. Both must have the same dimension.
  double similarity(const Embedding& other) const;

 private:
  explicit Embedding(std::vector<float> unit) : values_(std::move(unit)) {}
  std::vector<float> values_;
};

}  // namespace screenalytics
