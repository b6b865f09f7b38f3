// SPDX-License-Identifier: MIT
#include "detect/outputs.h"

#include "core/error.h"

#include <algorithm>

namespace screenalytics {
namespace {

std::string text_of(const std::vector<std::int64_t>& shape) {
  std::string text = "[";
  for (const std::int64_t side : shape) {
    if (text.size() > 1) text += ", ";
    text += std::to_string(side);
  }
  return text + "]";
}

}  // namespace

Rows rows_of(const Tensor& output,
             const NetworkInput& input,
             std::size_t image,
             std::size_t width,
             std::size_t count) {
  const std::vector<std::int64_t>& shape = output.shape;
  const auto is = [&shape](std::size_t axis, std::size_t side) {
    return shape[axis] == static_cast<std::int64_t>(side);
  };
  const bool batched = shape.size() == 3 && is(0, input.images) && is(1, count) && is(2, width);
  const bool single = shape.size() == 2 && input.images == 1 && is(0, count) && is(1, width);
  if ((!batched && !single) || image >= input.images ||
      output.values.size() != input.images * count * width) {
    throw Error(ErrorKind::bad_model,
                "detector output of shape " + text_of(shape) + " where [" +
                    std::to_string(input.images) + ", " + std::to_string(count) + ", " +
                    std::to_string(width) + "] belongs to an input of " +
                    std::to_string(input.size.width) + "x" + std::to_string(input.size.height) +
                    "; the model does not fit its detector family in models.json");
  }
  return {std::span(output.values).subspan(image * count * width, count * width), width};
}

std::size_t cells(int side, int stride) {
  return static_cast<std::size_t>((side + stride - 1) / stride);
}

Point cell_corner(std::size_t cell, std::size_t columns, int stride) {
  const auto step = static_cast<std::size_t>(stride);
  const std::size_t column = cell % columns;
  const std::size_t row = cell / columns;
  return {static_cast<float>(column * step), static_cast<float>(row * step)};
}

std::int64_t declared_width(const TensorInfo& output) {
  return output.shape.empty() ? -1 : output.shape.back();
}

bool keeps_batch_axis(std::span<const TensorInfo> outputs) {
  return std::ranges::none_of(outputs,
                              [](const TensorInfo& output) { return output.shape.size() == 2; });
}

std::string describe(std::span<const TensorInfo> outputs) {
  std::string text;
  for (const TensorInfo& output : outputs) {
    if (!text.empty()) text += ", ";
    text += output.name + " " + text_of(output.shape);
  }
  return text.empty() ? "none" : text;
}

Landmarks read_landmarks(std::span<const float> row, Point origin, float step) {
  Landmarks points;
  for (std::size_t i = 0; i < points.size(); ++i) {
    points[i] = {origin.x + row[2 * i] * step, origin.y + row[2 * i + 1] * step};
  }
  return points;
}

void append(Detections& found, const Box& box, const Landmarks& landmarks, float score) {
  if (!is_valid(box)) return;
  found.push_back({box, is_finite(landmarks) ? std::optional(landmarks) : std::nullopt, score});
}

void append(Detections& found, const Box& box, float score) {
  if (is_valid(box)) found.push_back({box, std::nullopt, score});
}

}  // namespace screenalytics
