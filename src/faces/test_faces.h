// SPDX-License-Identifier: MIT
#pragma once

#include "core/face.h"
#include "core/frame.h"
#include "core/track.h"

#include <cmath>
#include <cstdint>
#include <numbers>
#include <vector>

// Small made-up pictures, faces and embeddings for the tests of this folder.
namespace screenalytics::testing {

/// Smooth waves in all channels: bilinear sampling of it is well defined everywhere.
inline Image waves(Size size) {
  return Image::make(size, [&](std::uint8_t* out) {
    for (int y = 0; y < size.height; ++y) {
      for (int x = 0; x < size.width; ++x) {
        for (int c = 0; c < 3; ++c) {
          *out++ = static_cast<std::uint8_t>(std::lround(
              128 + 60 * std::sin(0.11 * x + c) + 60 * std::cos(0.07 * y - 0.03 * x + 2 * c)));
        }
      }
    }
  });
}

inline Image plain(Size size, std::uint8_t value) {
  return Image::make(size, [&](std::uint8_t* out) {
    std::fill(
        out,
        out + static_cast<std::size_t>(size.width) * static_cast<std::size_t>(size.height) * 3,
        value);
  });
}

/// What Picture::window gives: the part of `wanted` that lies on the picture.
inline Window cut(const Image& picture, const Rect& wanted) {
  const Rect part{std::max(wanted.left, 0),
                  std::max(wanted.top, 0),
                  std::min(wanted.right, picture.size().width),
                  std::min(wanted.bottom, picture.size().height)};
  if (part.width() <= 0 || part.height() <= 0) return {};
  const Size size{part.width(), part.height()};
  return {Image::make(size,
                      [&](std::uint8_t* out) {
                        for (int y = part.top; y < part.bottom; ++y) {
                          const auto row =
                              picture.row(y).subspan(static_cast<std::size_t>(part.left) * 3,
                                                     static_cast<std::size_t>(size.width) * 3);
                          out = std::copy(row.begin(), row.end(), out);
                        }
                      }),
          part};
}

inline Window whole(const Image& picture) {
  return cut(picture, {0, 0, picture.size().width, picture.size().height});
}

/// A face whose landmarks are the ArcFace template turned by `degrees` and scaled, its middle at
/// `center`.
inline Detection face_at(Point center, double scale, double degrees) {
  constexpr Landmarks kShape{
      {{-17.6F, -20.3F}, {17.6F, -20.5F}, {0.1F, -0.3F}, {-14.4F, 20.4F}, {14.8F, 20.2F}}};
  const double turn = degrees * std::numbers::pi / 180;
  Detection face;
  Landmarks landmarks;
  for (std::size_t i = 0; i < landmarks.size(); ++i) {
    const double x = kShape[i].x * scale, y = kShape[i].y * scale;
    landmarks[i] = {static_cast<float>(center.x + x * std::cos(turn) - y * std::sin(turn)),
                    static_cast<float>(center.y + x * std::sin(turn) + y * std::cos(turn))};
  }
  const auto half_width = static_cast<float>(33 * scale),
             half_height = static_cast<float>(42 * scale);
  face.box = {
      center.x - half_width, center.y - half_height, center.x + half_width, center.y + half_height};
  face.landmarks = landmarks;
  face.score = 0.9F;
  return face;
}

inline Embedding unit(std::vector<float> raw) { return *Embedding::normalised(std::move(raw)); }

/// In the plane of two axes: `degrees` away from the first.
inline Embedding at_angle(double degrees) {
  const double turn = degrees * std::numbers::pi / 180;
  return unit({static_cast<float>(std::cos(turn)),
               static_cast<float>(std::sin(turn)),
               0,
               0,
               0,
               0,
               0,
               0,
               0});
}

inline Sighting sighting(std::int64_t milliseconds, float total) {
  Sighting result;
  result.frame = {milliseconds / 40};
  result.time = MediaTime{std::chrono::milliseconds{milliseconds}};
  result.detection = face_at({100, 100}, 1, 0);
  result.quality = {.contrast = 40, .blur = 100, .size = 66, .pose = HeadPose{}, .total = total};
  return result;
}

}  // namespace screenalytics::testing
