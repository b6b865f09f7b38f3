// SPDX-License-Identifier: MIT
#pragma once

#include "core/face.h"
#include "core/frame.h"
#include "run/settings.h"

#include <cstdint>
#include <optional>
#include <vector>

namespace screenalytics {

/// An aligned crop and what was measured on it; no crop when nothing of the face is on the picture.
struct CutFace {
  std::optional<Image> crop;
  FaceQuality quality;
};

CutFace cut_face(const Picture& picture, const Detection& face, const Settings& settings);

/// The face's square thumbnail as a finished JPEG.
std::vector<std::uint8_t> thumbnail_jpeg(const Picture& picture,
                                         const Detection& face,
                                         const Settings& settings);

}  // namespace screenalytics
