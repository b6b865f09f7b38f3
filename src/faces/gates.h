// SPDX-License-Identifier: MIT
#pragma once

#include "core/face.h"
#include "core/track.h"

#include <optional>
#include <string>

namespace screenalytics {

/// Why a sampled face is not embedded.
enum class SkipReason {
  bad_source_frame,
  invalid_bbox,
  off_frame,
  too_small,
  low_confidence,
  low_contrast,
  blurry,
  extreme_pose,
  no_landmarks,
  zero_norm_embedding,
};

struct Skip {
  SkipReason reason;
  std::optional<double> value;  ///< the number that decided, where there is one
};

/// Reason code, and its number after a colon: "blurry:12.3".
std::string to_text(const Skip& skip);
std::string name_of(SkipReason reason);

struct GateOptions {
  double min_confidence = 0.60;
  double min_contrast = 1.0;
  double min_blur = 18;
  double single_min_confidence = 0.45;  ///< tracks with one sighting
  double single_min_contrast = 0.5;
  double single_min_blur = 15;
  double min_size = 20;  ///< shorter side as shown, pixels
  double max_yaw = 75;   ///< degrees either way
  double max_pitch = 60;
};

/// Checks that need no pixels: invalid_bbox, off_frame (less than half of the box on the picture;
/// the number is the percentage that is), too_small, no_landmarks (present but unusable), in this
/// order.
std::optional<Skip> check_geometry(const Detection& face,
                                   Size picture,
                                   double pixel_aspect,
                                   const GateOptions& options);

/// low_confidence, low_contrast, blurry, extreme_pose, in this order. `single`: the track has one
/// sighting.
std::optional<Skip> check_quality(const Sighting& sighting,
                                  bool single,
                                  const GateOptions& options);

}  // namespace screenalytics
