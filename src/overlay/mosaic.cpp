// SPDX-License-Identifier: MIT
#include "overlay/mosaic.h"

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace screenalytics {
namespace {

/// An ellipse that goes through a box's corners reaches 0.71 of its sides from the centre; faces
/// have ears, hair and a chin beyond the detector's box.
constexpr float kReach = 0.85F;
constexpr float kSquaresAcross = 4;
constexpr float kSmallestSquare = 4;  // pixels

struct Ellipse {
  Point center;
  float across = 0;  ///< half its width
  float down = 0;
};

Ellipse around(const Box& face) {
  constexpr float kAtLeast = 4;  // pixels beyond the box, for small faces
  return {face.center(),
          std::max(kReach * face.width(), face.width() * 0.71F + kAtLeast),
          std::max(kReach * face.height(), face.height() * 0.71F + kAtLeast)};
}

struct Squares {
  float width = 0;
  float height = 0;
};

/// One row of the plane: from which to which sample the ellipse covers it. Samples that it only
/// touches are covered.
struct Stretch {
  int begin = 0;
  int end = 0;
};

Stretch covered(const Ellipse& ellipse, int y, int width) {
  // The nearest edge of the row to the ellipse's middle decides.
  const auto top = static_cast<float>(y);
  const float near = std::clamp(ellipse.center.y, top, top + 1) - ellipse.center.y;
  const float share = near / ellipse.down;
  if (std::abs(share) >= 1) return {};
  const float half = ellipse.across * std::sqrt(1 - share * share);
  const auto limit = static_cast<float>(width);
  return {static_cast<int>(std::clamp(std::floor(ellipse.center.x - half), 0.0F, limit)),
          static_cast<int>(std::clamp(std::ceil(ellipse.center.x + half), 0.0F, limit))};
}

std::uint8_t mean(const PlaneSpan& plane, const Rect& place) {
  std::int64_t sum = 0;
  for (int y = place.top; y < place.bottom; ++y) {
    const std::uint8_t* row = plane.row(y);
    for (int x = place.left; x < place.right; ++x) sum += row[x];
  }
  const std::int64_t count = std::int64_t{place.width()} * place.height();
  return static_cast<std::uint8_t>((sum + count / 2) / count);
}

void flatten(const PlaneSpan& plane, const Rect& square, const Ellipse& ellipse) {
  const std::uint8_t value = mean(plane, square);
  for (int y = square.top; y < square.bottom; ++y) {
    const Stretch stretch = covered(ellipse, y, plane.size.width);
    const int begin = std::max(square.left, stretch.begin);
    const int end = std::min(square.right, stretch.end);
    if (begin < end) std::fill(plane.row(y) + begin, plane.row(y) + end, value);
  }
}

void hide(const PlaneSpan& plane, const Ellipse& ellipse, const Squares& squares) {
  const float left = ellipse.center.x - ellipse.across;
  const float top = ellipse.center.y - ellipse.down;
  const auto edge = [](float from, float step, int number, int limit) {
    const float place = std::floor(from + step * static_cast<float>(number));
    return static_cast<int>(std::clamp(place, 0.0F, static_cast<float>(limit)));
  };
  const int columns = static_cast<int>(std::ceil(2 * ellipse.across / squares.width)) + 1;
  const int rows = static_cast<int>(std::ceil(2 * ellipse.down / squares.height)) + 1;
  for (int j = 0; j < rows; ++j) {
    for (int i = 0; i < columns; ++i) {
      const Rect square{edge(left, squares.width, i, plane.size.width),
                        edge(top, squares.height, j, plane.size.height),
                        edge(left, squares.width, i + 1, plane.size.width),
                        edge(top, squares.height, j + 1, plane.size.height)};
      if (square.width() > 0 && square.height() > 0) flatten(plane, square, ellipse);
    }
  }
}

}  // namespace

void hide_face(const Canvas& canvas, const Box& face) {
  const auto size = canvas.size();
  const Ellipse ellipse = around(face);
  if (!is_valid(face) || ellipse.center.x + ellipse.across < 0 ||
      ellipse.center.y + ellipse.down < 0 ||
      ellipse.center.x - ellipse.across > static_cast<float>(size.width) ||
      ellipse.center.y - ellipse.down > static_cast<float>(size.height))
    return;
  const Squares squares{std::max(face.width() / kSquaresAcross, kSmallestSquare),
                        std::max(face.height() / kSquaresAcross, kSmallestSquare)};
  hide(canvas.luma, ellipse, squares);
  const Ellipse half{
      {ellipse.center.x / 2, ellipse.center.y / 2}, ellipse.across / 2, ellipse.down / 2};
  const Squares smaller{squares.width / 2, squares.height / 2};
  hide(canvas.blue, half, smaller);
  hide(canvas.red, half, smaller);
}

}  // namespace screenalytics
