// SPDX-License-Identifier: MIT
#include "core/geometry.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace screenalytics {

Point Similarity::apply(Point p) const {
  return {static_cast<float>(a * p.x - b * p.y + tx), static_cast<float>(b * p.x + a * p.y + ty)};
}

Similarity Similarity::inverse() const {
  const double norm = a * a + b * b;
  const double ia = a / norm;
  const double ib = -b / norm;
  return {ia, ib, -(ia * tx - ib * ty), -(ib * tx + ia * ty)};
}

double iou(const Box& first, const Box& second) {
  const double width =
      double{std::min(first.right, second.right)} - double{std::max(first.left, second.left)};
  const double height =
      double{std::min(first.bottom, second.bottom)} - double{std::max(first.top, second.top)};
  if (width <= 0 || height <= 0) return 0;
  const double common = width * height;
  const double all = double{first.area()} + double{second.area()} - common;
  return all > 0 ? common / all : 0;
}

bool is_valid(const Box& box) {
  return std::isfinite(box.left) && std::isfinite(box.top) && std::isfinite(box.right) &&
         std::isfinite(box.bottom) && box.right > box.left && box.bottom > box.top;
}

bool is_finite(const Landmarks& landmarks) {
  return std::ranges::all_of(
      landmarks, [](const Point& p) { return std::isfinite(p.x) && std::isfinite(p.y); });
}

Box scaled(const Box& box, double x, double y) {
  return {static_cast<float>(box.left * x),
          static_cast<float>(box.top * y),
          static_cast<float>(box.right * x),
          static_cast<float>(box.bottom * y)};
}

Landmarks scaled(const Landmarks& landmarks, double x, double y) {
  Landmarks result = landmarks;
  for (Point& p : result) p = {static_cast<float>(p.x * x), static_cast<float>(p.y * y)};
  return result;
}

std::optional<Box> clipped(const Box& box, Size picture) {
  const Box part{std::max(box.left, 0.0F),
                 std::max(box.top, 0.0F),
                 std::min(box.right, static_cast<float>(picture.width)),
                 std::min(box.bottom, static_cast<float>(picture.height))};
  if (!is_valid(part)) return std::nullopt;
  return part;
}

std::optional<Similarity> estimate_similarity(const Landmarks& from, const Landmarks& to) {
  const double count = static_cast<double>(from.size());
  double from_x = 0, from_y = 0, to_x = 0, to_y = 0;
  for (std::size_t i = 0; i < from.size(); ++i) {
    from_x += from[i].x / count;
    from_y += from[i].y / count;
    to_x += to[i].x / count;
    to_y += to[i].y / count;
  }
  double dot = 0, cross = 0, spread = 0;
  for (std::size_t i = 0; i < from.size(); ++i) {
    const double fx = from[i].x - from_x, fy = from[i].y - from_y;
    const double gx = to[i].x - to_x, gy = to[i].y - to_y;
    dot += fx * gx + fy * gy;
    cross += fx * gy - fy * gx;
    spread += fx * fx + fy * fy;
  }
  if (!(spread > 1e-9)) return std::nullopt;
  const double a = dot / spread, b = cross / spread;
  return Similarity{a, b, to_x - (a * from_x - b * from_y), to_y - (b * from_x + a * from_y)};
}

}  // namespace screenalytics
