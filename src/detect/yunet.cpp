// SPDX-License-Identifier: MIT
#include "detect/yunet.h"

#include "core/error.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <string>
#include <string_view>

namespace screenalytics {
namespace {

constexpr std::array<int, 3> kStrides{8, 16, 32};
struct Kind {
  std::string_view name;
  std::size_t width;
};
constexpr std::array<Kind, 4> kKinds{{{"cls", 1}, {"obj", 1}, {"bbox", 4}, {"kps", 10}}};
constexpr std::size_t kOutputs = kStrides.size() * kKinds.size();

/// Outputs of one stride for the decoded picture: one row per cell.
struct Level {
  int stride;
  std::size_t columns;
  Rows classes;
  Rows objects;
  Rows boxes;
  Rows landmarks;
};

void decode(const Level& level, std::size_t cell, float score, Detections& found) {
  const auto stride = static_cast<float>(level.stride);
  const Point corner = cell_corner(cell, level.columns, level.stride);
  const auto box = level.boxes.row(cell);
  const Point center{corner.x + box[0] * stride, corner.y + box[1] * stride};
  const float half_width = std::exp(box[2]) * stride / 2;
  const float half_height = std::exp(box[3]) * stride / 2;
  append(found,
         {center.x - half_width,
          center.y - half_height,
          center.x + half_width,
          center.y + half_height},
         read_landmarks(level.landmarks.row(cell), corner, stride),
         score);
}

void decode(const Level& level, double min_score, Detections& found) {
  const auto limit = static_cast<float>(min_score);
  for (std::size_t i = 0; i < level.classes.count(); ++i) {
    const float both = std::clamp(level.classes.row(i)[0], 0.0F, 1.0F) *
                       std::clamp(level.objects.row(i)[0], 0.0F, 1.0F);
    if (both < limit * limit) continue;
    const float score = std::sqrt(both);
    if (score >= limit) decode(level, i, score, found);
  }
}

std::vector<std::size_t> order_by_name(std::span<const TensorInfo> outputs) {
  std::vector<std::size_t> order;
  for (const Kind& kind : kKinds) {
    for (const int stride : kStrides) {
      const std::string name = std::string(kind.name) + "_" + std::to_string(stride);
      const auto place = std::ranges::find(outputs, name, &TensorInfo::name);
      if (place == outputs.end()) return {};
      order.push_back(static_cast<std::size_t>(place - outputs.begin()));
    }
  }
  return order;
}

bool fits(std::span<const TensorInfo> outputs, const std::vector<std::size_t>& order) {
  for (std::size_t i = 0; i < order.size(); ++i) {
    const std::int64_t width = declared_width(outputs[order[i]]);
    if (width != static_cast<std::int64_t>(kKinds[i / kStrides.size()].width)) return false;
  }
  return order.size() == kOutputs;
}

}  // namespace

std::vector<std::size_t> yunet_order(std::span<const TensorInfo> outputs) {
  std::vector<std::size_t> order = order_by_name(outputs);
  if (order.empty()) {
    for (std::size_t i = 0; i < outputs.size(); ++i) order.push_back(i);
  }
  if (outputs.size() != kOutputs || !fits(outputs, order)) {
    throw Error(ErrorKind::bad_model,
                "a YuNet model has the outputs cls, obj, bbox and kps at strides 8, 16 and 32, "
                "this one has " +
                    describe(outputs) + "; give its own family in models.json");
  }
  return order;
}

Detections decode_yunet(std::span<const Tensor> outputs,
                        const NetworkInput& input,
                        std::size_t image,
                        double min_score) {
  Detections found;
  for (std::size_t i = 0; i < kStrides.size(); ++i) {
    const int stride = kStrides[i];
    const std::size_t columns = cells(input.size.width, stride);
    const std::size_t count = columns * cells(input.size.height, stride);
    const auto rows = [&](std::size_t kind) {
      return rows_of(outputs[kind * kStrides.size() + i], input, image, kKinds[kind].width, count);
    };
    decode({stride, columns, rows(0), rows(1), rows(2), rows(3)}, min_score, found);
  }
  return found;
}

}  // namespace screenalytics
