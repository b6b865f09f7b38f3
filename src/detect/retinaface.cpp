// SPDX-License-Identifier: MIT
#include "detect/retinaface.h"

#include "core/error.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <string>

namespace screenalytics {
namespace {

struct PriorLevel {
  int stride;
  std::array<float, 2> sides;  ///< of the square priors in each cell, pixels
};
constexpr std::array<PriorLevel, 3> kLevels{{{8, {16, 32}}, {16, {64, 128}}, {32, {256, 512}}}};
constexpr float kCenterVariance = 0.1F;
constexpr float kSizeVariance = 0.2F;

/// Outputs of the decoded picture: one row per prior.
struct Predictions {
  Rows boxes;
  Rows scores;
  Rows landmarks;
};

/// Turns the two confidences of a prior into a score and knows the limit in the confidences' own
/// terms, so that weak priors cost one comparison.
class FaceScore {
 public:
  FaceScore(const Rows& scores, double min_score)
      : logits_(!adds_up(scores)),
        limit_(static_cast<float>(logits_ ? std::log(min_score / (1 - min_score)) : min_score)) {}

  bool is_face(std::span<const float> row) const {
    return (logits_ ? row[1] - row[0] : row[1]) >= limit_;
  }
  float of(std::span<const float> row) const {
    return logits_ ? 1 / (1 + std::exp(row[0] - row[1])) : row[1];
  }

 private:
  static bool adds_up(const Rows& scores) {
    constexpr float kRounding = 1e-3F;
    for (std::size_t i = 0; i < scores.count(); ++i) {
      const auto row = scores.row(i);
      if (std::abs(row[0] + row[1] - 1) > kRounding) return false;
    }
    return true;
  }

  bool logits_;
  float limit_;
};

struct Prior {
  std::size_t row;  ///< in the outputs
  Point center;
  float side;
};

void decode(const Predictions& from, const Prior& prior, float score, Detections& found) {
  const auto box = from.boxes.row(prior.row);
  const float step = kCenterVariance * prior.side;
  const Point middle{prior.center.x + box[0] * step, prior.center.y + box[1] * step};
  const float half_width = prior.side * std::exp(box[2] * kSizeVariance) / 2;
  const float half_height = prior.side * std::exp(box[3] * kSizeVariance) / 2;
  append(found,
         {middle.x - half_width,
          middle.y - half_height,
          middle.x + half_width,
          middle.y + half_height},
         read_landmarks(from.landmarks.row(prior.row), prior.center, step),
         score);
}

}  // namespace

std::vector<std::size_t> retinaface_order(std::span<const TensorInfo> outputs) {
  std::vector<std::size_t> order;
  for (const std::int64_t width : {4, 2, 10}) {
    const auto place = std::ranges::find(outputs, width, declared_width);
    if (place == outputs.end()) break;
    order.push_back(static_cast<std::size_t>(place - outputs.begin()));
  }
  if (order.size() != 3 || outputs.size() != 3) {
    throw Error(
        ErrorKind::bad_model,
        "a RetinaFace model has three outputs whose last axes are 4, 2 and 10, this one has " +
            describe(outputs) + "; give its own family in models.json");
  }
  return order;
}

Detections decode_retinaface(std::span<const Tensor> outputs,
                             const NetworkInput& input,
                             std::size_t image,
                             double min_score) {
  std::size_t priors = 0;
  for (const PriorLevel& level : kLevels) {
    priors += cells(input.size.width, level.stride) * cells(input.size.height, level.stride) *
              level.sides.size();
  }
  const Predictions from{rows_of(outputs[0], input, image, 4, priors),
                         rows_of(outputs[1], input, image, 2, priors),
                         rows_of(outputs[2], input, image, 10, priors)};
  const FaceScore face(from.scores, min_score);
  Detections found;
  std::size_t first = 0;
  for (const PriorLevel& level : kLevels) {
    const std::size_t columns = cells(input.size.width, level.stride);
    const std::size_t kinds = level.sides.size();
    const std::size_t count = columns * cells(input.size.height, level.stride) * kinds;
    for (std::size_t i = 0; i < count; ++i) {
      const auto confidence = from.scores.row(first + i);
      if (!face.is_face(confidence)) continue;
      const Point corner = cell_corner(i / kinds, columns, level.stride);
      const float half = static_cast<float>(level.stride) / 2;
      const Prior prior{first + i, {corner.x + half, corner.y + half}, level.sides[i % kinds]};
      decode(from, prior, face.of(confidence), found);
    }
    first += count;
  }
  return found;
}

}  // namespace screenalytics
