// SPDX-License-Identifier: MIT
#include "detect/scrfd.h"

#include "core/error.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <optional>

namespace screenalytics {
namespace {

constexpr int kFinestStride = 8;

/// Outputs of one stride for the decoded picture: `anchors` rows per cell.
struct Level {
  int stride;
  std::size_t columns;
  std::size_t anchors;
  Rows scores;
  Rows boxes;
  std::optional<Rows> landmarks;
};

std::size_t stride_count(std::size_t outputs) {
  return outputs % 3 == 0 && outputs != 6 ? outputs / 3 : outputs / 2;
}

/// InsightFace has two anchors a cell with three strides and one with five; the row count tells.
std::size_t anchors_per_cell(const Tensor& scores, std::size_t cell_count) {
  if (scores.shape.size() < 2 || cell_count == 0) return 1;
  const std::int64_t rows = scores.shape[scores.shape.size() - 2];
  return std::max<std::size_t>(
      1, static_cast<std::size_t>(std::max<std::int64_t>(0, rows)) / cell_count);
}

bool are_logits(const Rows& scores) {
  return std::ranges::any_of(scores.values(), [](float score) { return score < 0 || score > 1; });
}

void decode(const Level& level, std::size_t row, float score, Detections& found) {
  const std::size_t cell = row / level.anchors;
  const auto stride = static_cast<float>(level.stride);
  const Point anchor = cell_corner(cell, level.columns, level.stride);
  const auto distance = level.boxes.row(row);
  const Box box{anchor.x - distance[0] * stride,
                anchor.y - distance[1] * stride,
                anchor.x + distance[2] * stride,
                anchor.y + distance[3] * stride};
  if (level.landmarks) {
    append(found, box, read_landmarks(level.landmarks->row(row), anchor, stride), score);
  } else {
    append(found, box, score);
  }
}

void decode(const Level& level, bool logits, double min_score, Detections& found) {
  const auto limit = static_cast<float>(logits ? std::log(min_score / (1 - min_score)) : min_score);
  for (std::size_t i = 0; i < level.scores.count(); ++i) {
    const float score = level.scores.row(i)[0];
    if (score >= limit) decode(level, i, logits ? 1 / (1 + std::exp(-score)) : score, found);
  }
}

}  // namespace

std::vector<std::size_t> scrfd_order(std::span<const TensorInfo> outputs) {
  std::vector<std::size_t> order;
  std::vector<std::size_t> counts;
  for (const std::int64_t width : {1, 4, 10}) {
    const std::size_t before = order.size();
    for (std::size_t i = 0; i < outputs.size(); ++i) {
      if (declared_width(outputs[i]) == width && outputs[i].shape.size() <= 3) order.push_back(i);
    }
    counts.push_back(order.size() - before);
  }
  const bool strides_fit = counts[0] == 3 || counts[0] == 5;
  const bool landmarks_fit = counts[2] == 0 || counts[2] == counts[0];
  if (order.size() != outputs.size() || !strides_fit || counts[1] != counts[0] || !landmarks_fit) {
    throw Error(ErrorKind::bad_model,
                "an SCRFD model has 3 or 5 outputs each of scores [P, 1], boxes [P, 4] and perhaps "
                "landmarks "
                "[P, 10], this one has " +
                    describe(outputs) + "; give its own family in models.json");
  }
  return order;
}

Detections decode_scrfd(std::span<const Tensor> outputs,
                        const NetworkInput& input,
                        std::size_t image,
                        double min_score) {
  const std::size_t strides = stride_count(outputs.size());
  const bool has_landmarks = outputs.size() == 3 * strides;
  std::vector<Level> levels;
  for (std::size_t i = 0; i < strides; ++i) {
    const int stride = kFinestStride << i;
    const std::size_t columns = cells(input.size.width, stride);
    const std::size_t cell_count = columns * cells(input.size.height, stride);
    const std::size_t anchors = anchors_per_cell(outputs[i], cell_count);
    const auto rows = [&](std::size_t kind, std::size_t width) {
      return rows_of(outputs[kind * strides + i], input, image, width, cell_count * anchors);
    };
    levels.push_back({stride, columns, anchors, rows(0, 1), rows(1, 4), std::nullopt});
    if (has_landmarks) levels.back().landmarks = rows(2, 10);
  }
  const bool logits =
      std::ranges::any_of(levels, [](const Level& level) { return are_logits(level.scores); });
  Detections found;
  for (const Level& level : levels) decode(level, logits, min_score, found);
  return found;
}

}  // namespace screenalytics
