// SPDX-License-Identifier: MIT
#include "run/face_search.h"

#include <algorithm>
#include <utility>

namespace screenalytics {
namespace {

/// Width of a face in the full input from which on half of it is enough: 28 px are left, and no
/// face of that size was missed on the measured material (docs/measurements.md).
constexpr double kSmallestWidth = 56;
constexpr double kSameFace = 0.3;  // IoU between neighbouring samples

bool same_faces(const Detections& now, const Detections& before) {
  return now.size() == before.size() && std::ranges::all_of(now, [&](const Detection& face) {
           return std::ranges::count_if(before, [&](const Detection& known) {
                    return iou(face.box, known.box) >= kSameFace;
                  }) == 1;
         });
}

}  // namespace

bool FaceSearch::half_may_do(Size input, Size picture) const {
  if (known_.empty() || halves_ + 1 >= options_.full_every) return false;
  const double scale = static_cast<double>(input.width) / picture.width;
  return std::ranges::all_of(
      known_, [&](const Detection& face) { return face.box.width() * scale >= kSmallestWidth; });
}

Detections FaceSearch::detect(const Picture& picture, Size input, CpuBudget::Permit& permit) {
  permit.enter(Stage::scale);
  const Image small = picture.scaled(input);
  permit.enter(Stage::detect);
  const auto found = detector_.detect({&small, 1});
  ++calls_;
  return to_source(found.front(), input, picture.size(), options_);
}

FaceSearch::Found FaceSearch::look(const Picture& picture, CpuBudget::Permit& permit) {
  const Size full = input_size(picture.size(), picture.pixel_aspect(), options_);
  if (half_may_do(full, picture.size())) {
    DetectOptions half = options_;
    half.long_side = std::max(full.width, full.height) / 2;
    auto faces = detect(picture, input_size(picture.size(), picture.pixel_aspect(), half), permit);
    if (same_faces(faces, known_)) {
      known_ = faces;
      ++halves_;
      return {.faces = std::move(faces), .full = false};
    }
  }
  halves_ = 0;
  known_ = detect(picture, full, permit);
  return {.faces = known_, .full = true};
}

}  // namespace screenalytics
