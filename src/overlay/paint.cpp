// SPDX-License-Identifier: MIT
#include "overlay/paint.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

namespace screenalytics {
namespace {

/// A colour as the canvas stores it.
struct Ycc {
  int luma = 0;
  int blue = 0;
  int red = 0;
};

Ycc stored(const Canvas& canvas, Rgb colour) {
  const double r = colour.red / 255.0;
  const double g = colour.green / 255.0;
  const double b = colour.blue / 255.0;
  const double kr = canvas.red_weight;
  const double kb = canvas.blue_weight;
  const double y = kr * r + (1 - kr - kb) * g + kb * b;
  const double luma_scale = canvas.full_range ? 255 : 219;
  const double chroma_scale = canvas.full_range ? 255 : 224;
  const double foot = canvas.full_range ? 0 : 16;
  const auto rounded = [](double value) { return static_cast<int>(std::lround(value)); };
  return {rounded(foot + luma_scale * y),
          std::clamp(rounded(128 + chroma_scale * (b - y) / (2 * (1 - kb))), 0, 255),
          std::clamp(rounded(128 + chroma_scale * (r - y) / (2 * (1 - kr))), 0, 255)};
}

std::uint8_t mixed(std::uint8_t under, int over, int weight256) {
  return static_cast<std::uint8_t>(under + (((over - under) * weight256 + 128) >> 8));
}

/// The part of [from, from + 1) that lies in [begin, end).
float overlap(int from, float begin, float end) {
  const auto at = static_cast<float>(from);
  return std::clamp(std::min(at + 1, end) - std::max(at, begin), 0.0F, 1.0F);
}

void fill_plane(const PlaneSpan& plane, const Box& box, int value, float opacity) {
  const auto inside = [](float place, int limit) {
    return static_cast<int>(std::clamp(place, 0.0F, static_cast<float>(limit)));
  };
  const int left = inside(std::floor(box.left), plane.size.width);
  const int top = inside(std::floor(box.top), plane.size.height);
  const int right = inside(std::ceil(box.right), plane.size.width);
  const int bottom = inside(std::ceil(box.bottom), plane.size.height);
  for (int y = top; y < bottom; ++y) {
    const float down = opacity * overlap(y, box.top, box.bottom);
    std::uint8_t* row = plane.row(y);
    for (int x = left; x < right; ++x) {
      const float weight = down * overlap(x, box.left, box.right);
      row[x] = mixed(row[x], value, static_cast<int>(std::lround(256 * weight)));
    }
  }
}

int coverage_at(const Mask& mask, int x, int y) {
  if (x < 0 || y < 0 || x >= mask.size.width || y >= mask.size.height) return 0;
  return mask.coverage[static_cast<std::size_t>(y) * static_cast<std::size_t>(mask.size.width) +
                       static_cast<std::size_t>(x)];
}

int weight_of(int coverage) { return coverage + coverage / 128; }  // 255 -> 256

void stamp_luma(const PlaneSpan& plane, const Mask& mask, PixelPlace at, int value) {
  const int top = std::max(0, at.y);
  const int bottom = std::min(plane.size.height, at.y + mask.size.height);
  const int left = std::max(0, at.x);
  const int right = std::min(plane.size.width, at.x + mask.size.width);
  for (int y = top; y < bottom; ++y) {
    std::uint8_t* row = plane.row(y);
    for (int x = left; x < right; ++x)
      row[x] = mixed(row[x], value, weight_of(coverage_at(mask, x - at.x, y - at.y)));
  }
}

/// A chroma sample belongs to four pixels.
void stamp_chroma(const PlaneSpan& plane, const Mask& mask, PixelPlace at, int value) {
  const int top = std::max(0, at.y / 2);
  const int bottom = std::min(plane.size.height, (at.y + mask.size.height + 1) / 2);
  const int left = std::max(0, at.x / 2);
  const int right = std::min(plane.size.width, (at.x + mask.size.width + 1) / 2);
  for (int y = top; y < bottom; ++y) {
    std::uint8_t* row = plane.row(y);
    for (int x = left; x < right; ++x) {
      const int mx = 2 * x - at.x;
      const int my = 2 * y - at.y;
      const int sum = coverage_at(mask, mx, my) + coverage_at(mask, mx + 1, my) +
                      coverage_at(mask, mx, my + 1) + coverage_at(mask, mx + 1, my + 1);
      row[x] = mixed(row[x], value, weight_of((sum + 2) / 4));
    }
  }
}

Box halved(const Box& box) { return {box.left / 2, box.top / 2, box.right / 2, box.bottom / 2}; }

/// Light as a share of white, to the sRGB value (IEC 61966-2-1).
std::uint8_t srgb(double linear) {
  const double light = std::clamp(linear, 0.0, 1.0);
  const double value =
      light <= 0.0031308 ? 12.92 * light : 1.055 * std::pow(light, 1 / 2.4) - 0.055;
  return static_cast<std::uint8_t>(std::lround(255 * value));
}

}  // namespace

void fill(const Canvas& canvas, const Box& box, Rgb colour, float opacity) {
  const Ycc value = stored(canvas, colour);
  fill_plane(canvas.luma, box, value.luma, opacity);
  fill_plane(canvas.blue, halved(box), value.blue, opacity);
  fill_plane(canvas.red, halved(box), value.red, opacity);
}

void outline(const Canvas& canvas, const Box& box, float thickness, Rgb colour) {
  const float across =
      std::min(thickness / static_cast<float>(canvas.pixel_aspect), box.width() / 2);
  const float down = std::min(thickness, box.height() / 2);
  fill(canvas, {box.left, box.top, box.right, box.top + down}, colour, 1);
  fill(canvas, {box.left, box.bottom - down, box.right, box.bottom}, colour, 1);
  fill(canvas, {box.left, box.top + down, box.left + across, box.bottom - down}, colour, 1);
  fill(canvas, {box.right - across, box.top + down, box.right, box.bottom - down}, colour, 1);
}

void stamp(const Canvas& canvas, const Mask& mask, PixelPlace at, Rgb colour) {
  const Ycc value = stored(canvas, colour);
  stamp_luma(canvas.luma, mask, at, value.luma);
  stamp_chroma(canvas.blue, mask, at, value.blue);
  stamp_chroma(canvas.red, mask, at, value.red);
}

Rgb colour_of_person(std::int64_t number) {
  // Equal lightness and chroma in Oklab (B. Ottosson, 2020); hues by the golden angle.
  constexpr double kLightness = 0.78;
  constexpr double kChroma = 0.135;
  constexpr double kGoldenAngle = 2.399963229728653;
  const double hue =
      std::fmod(0.4 + kGoldenAngle * static_cast<double>(number), 2 * std::numbers::pi);
  const double a = kChroma * std::cos(hue);
  const double b = kChroma * std::sin(hue);
  const auto cubed = [](double value) { return value * value * value; };
  const double l = cubed(kLightness + 0.3963377774 * a + 0.2158037573 * b);
  const double m = cubed(kLightness - 0.1055613458 * a - 0.0638541728 * b);
  const double s = cubed(kLightness - 0.0894841775 * a - 1.2914855480 * b);
  return {srgb(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s),
          srgb(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s),
          srgb(-0.0041960863 * l - 0.7034186147 * m + 1.7076147010 * s)};
}

}  // namespace screenalytics
