// SPDX-License-Identifier: MIT
#include "faces/align_face.h"

#include "faces/mat_view.h"

#include <algorithm>
#include <cmath>

#include <opencv2/imgproc.hpp>

namespace screenalytics {
namespace {

/// Source pixels kept around what the warp reads, for the rounding of its coordinates.
constexpr int kSpare = 2;
/// Beyond any picture, and far from the ends of int.
constexpr double kFar = 1e6;

/// Index of a source pixel -> index of a crop pixel: x' = a x + b y + c, y' = d x + e y + f.
struct Warp {
  double a = 1, b = 0, c = 0, d = 0, e = 1, f = 0;

  /// The source position that the crop's pixel (x, y) shows.
  std::array<double, 2> source_of(double x, double y) const {
    const double norm = a * e - b * d;
    return {(e * (x - c) - b * (y - f)) / norm, (a * (y - f) - d * (x - c)) / norm};
  }
};

/// Landmarks are taken as pixel indices, as InsightFace's norm_crop does: embedders are trained on
/// that.
std::optional<Warp> warp_by_landmarks(const Landmarks& landmarks, double pixel_aspect) {
  const auto to_template =
      estimate_similarity(scaled(landmarks, pixel_aspect, 1), kArcFaceTemplate);
  if (!to_template || to_template->a * to_template->a + to_template->b * to_template->b < 1e-12) {
    return std::nullopt;
  }
  const auto& s = *to_template;
  return Warp{s.a * pixel_aspect, -s.b, s.tx, s.b * pixel_aspect, s.a, s.ty};
}

/// A square as shown around the box's centre, so that the face keeps its proportions.
Warp warp_by_box(const Box& box, double pixel_aspect, double margin) {
  const double width = double{box.right} - box.left, height = double{box.bottom} - box.top;
  const double side = std::max(width * pixel_aspect, height) * (1 + 2 * margin);
  const double scale = kCropSide / side;
  const double middle = kCropSide / 2.0 - 0.5;
  const Point center = box.center();
  return {scale * pixel_aspect,
          0,
          middle - scale * pixel_aspect * (center.x - 0.5),
          0,
          scale,
          middle - scale * (center.y - 0.5)};
}

std::optional<Warp> warp_of(const Detection& face,
                            double pixel_aspect,
                            const AlignOptions& options) {
  if (!is_valid(face.box)) return std::nullopt;
  if (usable(face.landmarks, face.box)) return warp_by_landmarks(*face.landmarks, pixel_aspect);
  return warp_by_box(face.box, pixel_aspect, options.margin);
}

int whole(double value) { return static_cast<int>(std::clamp(value, -kFar, kFar)); }

bool touches(const Box& box, const Rect& place) {
  return box.left < static_cast<float>(place.right) && box.right > static_cast<float>(place.left) &&
         box.top < static_cast<float>(place.bottom) && box.bottom > static_cast<float>(place.top);
}

}  // namespace

bool usable(const std::optional<Landmarks>& landmarks, const Box& box) {
  if (!landmarks || !is_finite(*landmarks) || !is_valid(box)) return false;
  const auto [left, right] = std::ranges::minmax(*landmarks, {}, &Point::x);
  const auto [top, bottom] = std::ranges::minmax(*landmarks, {}, &Point::y);
  const float spread = std::max(right.x - left.x, bottom.y - top.y);
  const float side = std::max(box.width(), box.height());
  // Points a whole box away from their face are a detector's slip, and could ask for a window of
  // any size.
  const bool near = left.x >= box.left - side && right.x <= box.right + side &&
                    top.y >= box.top - side && bottom.y <= box.bottom + side;
  return near && spread >= 1 && spread >= side / 10;
}

Rect alignment_window(const Detection& face, double pixel_aspect, const AlignOptions& options) {
  const auto warp = warp_of(face, pixel_aspect, options);
  if (!warp) return {};
  const double last = kCropSide - 1;
  double left = kFar, top = kFar, right = -kFar, bottom = -kFar;
  for (const auto& [x, y] : {warp->source_of(0, 0),
                             warp->source_of(last, 0),
                             warp->source_of(0, last),
                             warp->source_of(last, last)}) {
    left = std::min(left, x);
    top = std::min(top, y);
    right = std::max(right, x);
    bottom = std::max(bottom, y);
  }
  return {whole(std::floor(left)) - kSpare,
          whole(std::floor(top)) - kSpare,
          whole(std::floor(right)) + 2 + kSpare,
          whole(std::floor(bottom)) + 2 + kSpare};
}

std::optional<Image> align_face(const Window& window,
                                const Detection& face,
                                double pixel_aspect,
                                const AlignOptions& options) {
  const auto warp = warp_of(face, pixel_aspect, options);
  if (!warp || window.image.empty() || !touches(face.box, window.place)) return std::nullopt;
  const auto& w = *warp;
  const double x = window.place.left;
  const double y = window.place.top;
  const cv::Matx23d matrix(w.a, w.b, w.a * x + w.b * y + w.c, w.d, w.e, w.d * x + w.e * y + w.f);
  const Size size{kCropSide, kCropSide};
  return Image::make(size, [&](std::uint8_t* pixels) {
    cv::Mat crop = view(size, pixels);
    cv::warpAffine(view(window.image),
                   crop,
                   matrix,
                   crop.size(),
                   cv::INTER_LINEAR,
                   cv::BORDER_CONSTANT,
                   cv::Scalar());
  });
}

}  // namespace screenalytics
