// SPDX-License-Identifier: MIT
#pragma once

#include "core/detection.h"
#include "core/frame.h"
#include "infer/model.h"

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace screenalytics {

struct DetectOptions {
  int long_side = 640;     ///< of the network's input, in pixels; a smaller video is not enlarged
  double min_score = 0.5;  ///< weaker detections are dropped
  double max_overlap =
      0.4;  ///< non-maximum suppression drops a detection that overlaps a better one by more (IoU)
  int full_every =
      3;  ///< every n-th look is at full size, those between at a half or less (1: all full)
  int min_face = 16;  ///< shorter side in source pixels; smaller faces are dropped
};

/// Finds faces. Const calls are safe from several threads; one core per call.
class FaceDetector {
 public:
  virtual ~FaceDetector() = default;
  /// [i] belongs to images[i]; coordinates are pixels of that image. All images have one size, as
  /// `input_size` says.
  virtual std::vector<Detections> detect(std::span<const Image> images) const = 0;
};

/// Size of the network's input for pictures of this shape: the picture's aspect as shown, both
/// sides multiples of 32 (nearest), long side at most `long_side` and not beyond the picture's own
/// (rounded up to 32).
Size input_size(Size picture, double pixel_aspect, const DetectOptions& options);

/// `family`: "retinaface", "scrfd" or "yunet". Throws Error{bad_model} for another family or when
/// the model's outputs do not fit it. The model must outlive the detector.
std::unique_ptr<FaceDetector> make_detector(const std::string& family,
                                            const Model& model,
                                            const PixelFormat& pixels,
                                            const DetectOptions& options);

/// Coordinates of the network's input -> source pixels; drops faces under `min_face` and boxes
/// without area.
Detections to_source(const Detections& found,
                     Size input,
                     Size picture,
                     const DetectOptions& options);

}  // namespace screenalytics
