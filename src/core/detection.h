// SPDX-License-Identifier: MIT
#pragma once

#include "core/geometry.h"

#include <optional>
#include <vector>

namespace screenalytics {

/// One face in one picture.
struct Detection {
  Box box;
  std::optional<Landmarks> landmarks;
  float score = 0;  ///< 0..1
};

/// All faces of one picture, best score first.
using Detections = std::vector<Detection>;

}  // namespace screenalytics
