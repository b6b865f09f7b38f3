// SPDX-License-Identifier: MIT
#include "faces/gates.h"

#include "faces/align_face.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

namespace screenalytics {
namespace {

/// Percent of a box that must lie on the picture.
constexpr double kMinVisible = 50;

double percent_visible(const Box& box, Size picture) {
  const auto part = clipped(box, picture);
  // Per axis, since the area of a huge box may be beyond float.
  return part ? 100.0 * (double{part->width()} / box.width()) *
                    (double{part->height()} / box.height())
              : 0.0;
}

int decimals_of(SkipReason reason) {
  return reason == SkipReason::low_confidence || reason == SkipReason::low_contrast ? 2 : 1;
}

std::string fixed(double value, int decimals) {
  std::array<char, 512> text{};
  const auto end = std::to_chars(
      text.data(), text.data() + text.size(), value, std::chars_format::fixed, decimals);
  return {text.data(), end.ptr};
}

/// The angle that is over its limit, yaw before pitch.
std::optional<double> extreme_angle(const std::optional<HeadPose>& pose,
                                    const GateOptions& options) {
  if (!pose) return std::nullopt;
  if (std::abs(pose->yaw) > options.max_yaw) return pose->yaw;
  if (std::abs(pose->pitch) > options.max_pitch) return pose->pitch;
  return std::nullopt;
}

}  // namespace

std::string name_of(SkipReason reason) {
  switch (reason) {
    case SkipReason::bad_source_frame:
      return "bad_source_frame";
    case SkipReason::invalid_bbox:
      return "invalid_bbox";
    case SkipReason::off_frame:
      return "off_frame";
    case SkipReason::too_small:
      return "too_small";
    case SkipReason::low_confidence:
      return "low_confidence";
    case SkipReason::low_contrast:
      return "low_contrast";
    case SkipReason::blurry:
      return "blurry";
    case SkipReason::extreme_pose:
      return "extreme_pose";
    case SkipReason::no_landmarks:
      return "no_landmarks";
    case SkipReason::zero_norm_embedding:
      return "zero_norm_embedding";
  }
  return "unknown";
}

std::string to_text(const Skip& skip) {
  if (!skip.value || !std::isfinite(*skip.value)) return name_of(skip.reason);
  return name_of(skip.reason) + ":" + fixed(*skip.value, decimals_of(skip.reason));
}

std::optional<Skip> check_geometry(const Detection& face,
                                   Size picture,
                                   double pixel_aspect,
                                   const GateOptions& options) {
  if (!is_valid(face.box)) return Skip{SkipReason::invalid_bbox, {}};
  const double visible = percent_visible(face.box, picture);
  if (!(visible >= kMinVisible)) return Skip{SkipReason::off_frame, visible};
  const double size = std::min(face.box.width() * pixel_aspect, double{face.box.height()});
  if (!(size >= options.min_size)) return Skip{SkipReason::too_small, size};
  if (face.landmarks && !usable(face.landmarks, face.box))
    return Skip{SkipReason::no_landmarks, {}};
  return std::nullopt;
}

std::optional<Skip> check_quality(const Sighting& sighting,
                                  bool single,
                                  const GateOptions& options) {
  const double confidence = sighting.detection.score;
  const FaceQuality& quality = sighting.quality;
  // Written as "not at least", so that a number that is none fails.
  if (!(confidence >= (single ? options.single_min_confidence : options.min_confidence))) {
    return Skip{SkipReason::low_confidence, confidence};
  }
  if (!(quality.contrast >= (single ? options.single_min_contrast : options.min_contrast))) {
    return Skip{SkipReason::low_contrast, quality.contrast};
  }
  if (!(quality.blur >= (single ? options.single_min_blur : options.min_blur))) {
    return Skip{SkipReason::blurry, quality.blur};
  }
  if (const auto angle = extreme_angle(quality.pose, options)) {
    return Skip{SkipReason::extreme_pose, angle};
  }
  return std::nullopt;
}

}  // namespace screenalytics
