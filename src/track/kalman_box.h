// SPDX-License-Identifier: MIT
#pragma once

#include "core/geometry.h"

#include <Eigen/Core>

namespace screenalytics {

/// A box as the reference tracker holds it. Kept beside `Box` because corner minus corner rounds
/// differently from a width, and the tracker's choices are compared bit for bit.
struct Extent {
  float left = 0;
  float top = 0;
  float width = 0;
  float height = 0;
  static Extent of(const Box& box) {
    return {box.left, box.top, box.right - box.left, box.bottom - box.top};
  }
  Box box() const { return {left, top, left + width, top + height}; }
};

/// Intersection over union of two boxes that include their last pixel (one pixel is added to each
/// side, as in the reference).
float pixel_iou(const Extent& first, const Extent& second);

/// One box's motion: a Kalman filter with constant velocity over centre x, centre y, aspect (width
/// / height) and height, after SORT and ByteTrack. Noise grows with the box's height. Time is
/// counted in steps of 1/25 s, the frame rate that the reference's noise was tuned for.
class KalmanBox {
 public:
  explicit KalmanBox(const Extent& seen);

  /// Moves the estimate by `steps` >= 0 (a fraction is fine). Uncertainty grows as if the
  /// reference's filter had made `steps` single steps: exactly so for whole numbers, and two
  /// predictions give what one over both times gives.
  void predict(float steps);
  /// Keeps an extrapolated height between these two.
  void limit_height(float low, float high);
  /// Forgets how fast the height changes: for a box that is out of sight.
  void hold_height() { mean_(7) = 0; }
  void correct(const Extent& seen);

  Extent extent() const;

 private:
  using Mean = Eigen::Matrix<float, 1, 8, Eigen::RowMajor>;
  using Covariance = Eigen::Matrix<float, 8, 8, Eigen::RowMajor>;

  Mean mean_;
  Covariance covariance_;
};

}  // namespace screenalytics
