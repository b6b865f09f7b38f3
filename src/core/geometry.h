// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <compare>
#include <optional>

namespace screenalytics {

/// Pixels; (0, 0) is the corner of the top left pixel. Never normalised.
struct Point {
  float x = 0;
  float y = 0;
  friend auto operator<=>(const Point&, const Point&) = default;
};

/// Pixels, right and bottom outside. May reach beyond the picture.
struct Box {
  float left = 0;
  float top = 0;
  float right = 0;
  float bottom = 0;
  float width() const { return right - left; }
  float height() const { return bottom - top; }
  float area() const { return width() * height(); }
  Point center() const { return {(left + right) / 2, (top + bottom) / 2}; }
  friend auto operator<=>(const Box&, const Box&) = default;
};

/// Left eye, right eye, nose, left and right corner of the mouth, as seen in the picture.
using Landmarks = std::array<Point, 5>;

struct Size {
  int width = 0;
  int height = 0;
  friend auto operator<=>(const Size&, const Size&) = default;
};

/// Whole pixels, right and bottom outside.
struct Rect {
  int left = 0;
  int top = 0;
  int right = 0;
  int bottom = 0;
  int width() const { return right - left; }
  int height() const { return bottom - top; }
  friend auto operator<=>(const Rect&, const Rect&) = default;
};

/// x' = a x - b y + tx,  y' = b x + a y + ty.
struct Similarity {
  double a = 1;
  double b = 0;
  double tx = 0;
  double ty = 0;
  Point apply(Point p) const;
  Similarity inverse() const;
};

/// Intersection over union of the areas, 0 for boxes that do not touch or have no area.
double iou(const Box& first, const Box& second);

/// All coordinates finite and right/bottom beyond left/top.
bool is_valid(const Box& box);
bool is_finite(const Landmarks& landmarks);

Box scaled(const Box& box, double x, double y);
Landmarks scaled(const Landmarks& landmarks, double x, double y);

/// The part of the box that lies on a picture of this size; empty when none does.
std::optional<Box> clipped(const Box& box, Size picture);

/// Least-squares similarity transform that takes `from` to `to` (Umeyama, IEEE TPAMI 13(4), 1991);
/// empty when the points of `from` coincide.
std::optional<Similarity> estimate_similarity(const Landmarks& from, const Landmarks& to);

}  // namespace screenalytics
