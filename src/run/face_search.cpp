// SPDX-License-Identifier: MIT
#include "run/face_search.h"

#include <algorithm>
#include <utility>

namespace screenalytics {
namespace {

/// Width that the narrowest face keeps in a smaller input. No face of 28 px was missed on the
/// measured material (docs/measurements.md).
constexpr double kFaceWidth = 28;
constexpr double kLargestShare = 0.5;  // of the full input's sides
constexpr double kSmallestShare = 0.3;
constexpr double kSameFace = 0.3;  // IoU between neighbouring samples

bool same_faces(const Detections& now, const Detections& before) {
  return now.size() == before.size() && std::ranges::all_of(now, [&](const Detection& face) {
           return std::ranges::count_if(before, [&](const Detection& known) {
                    return iou(face.box, known.box) >= kSameFace;
                  }) == 1;
         });
}

}  // namespace

/// Long side of the smaller input; empty when a face would become too narrow in it.
std::optional<int> FaceSearch::smaller_side(Size input, Size picture) const {
  if (known_.empty() || between_ + 1 >= options_.full_every) return std::nullopt;
  const auto width = [](const Detection& face) { return face.box.width(); };
  const double narrowest = std::ranges::min(known_, {}, width).box.width();
  const double share = kFaceWidth * picture.width / (narrowest * input.width);
  if (share > kLargestShare) return std::nullopt;
  return static_cast<int>(std::max(share, kSmallestShare) * std::max(input.width, input.height));
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
  if (const auto side = smaller_side(full, picture.size())) {
    DetectOptions smaller = options_;
    smaller.long_side = *side;
    const Size input = input_size(picture.size(), picture.pixel_aspect(), smaller);
    auto faces = detect(picture, input, permit);
    if (same_faces(faces, known_)) {
      known_ = faces;
      ++between_;
      return {.faces = std::move(faces), .full = false};
    }
  }
  between_ = 0;
  known_ = detect(picture, full, permit);
  return {.faces = known_, .full = true};
}

}  // namespace screenalytics
