// SPDX-License-Identifier: MIT
#include "models/checks.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace screenalytics {
namespace {

constexpr int kEmbedderChecks = 4;
constexpr Size kEmbedderInput{112, 112};
constexpr Size kDetectorInput{320, 256};

using Colour = std::array<double, 3>;  // blue, green, red

/// An ellipse with a soft rim, in the template's 112x112 coordinates.
struct Ellipse {
  Point center;
  double width;
  double height;
  Colour colour;
};

/// 1 inside, 0 outside, smooth over the rim.
double coverage(const Ellipse& ellipse, double x, double y) {
  const double dx = (x - ellipse.center.x) / ellipse.width;
  const double dy = (y - ellipse.center.y) / ellipse.height;
  const double beyond = std::sqrt(dx * dx + dy * dy) - 1;
  return std::clamp(0.5 - beyond * 4, 0.0, 1.0);
}

/// Features at the ArcFace template's points, moved and coloured by the face's number.
std::vector<Ellipse> features(int number) {
  const double shade = 1 - 0.18 * (number % 4);
  const auto shift = static_cast<float>(number % 3) - 1.0F;
  const Colour skin{120 * shade, 160 * shade, 205 * shade};
  const Colour dark{30, 25 + 9.0 * number, 35};
  const Colour mouth{80 * shade, 70 * shade, 165 * shade};
  const Colour nose{100 * shade, 135 * shade, 185 * shade};
  return {{{56 + shift, 60}, 46.0 + number, 60, skin},
          {{38.3F, 51.7F + shift}, 7.5, 4.0 + number % 2, dark},
          {{73.5F, 51.5F - shift}, 7.5, 4.0 + number % 2, dark},
          {{56.0F + shift, 69}, 6, 11, nose},
          {{56.1F, 92.3F + shift}, 15.0 + number, 4.5, mouth}};
}

double light(int number, std::size_t channel, double x, double y) {
  const double phase = 0.7 * number + 0.4 * static_cast<double>(channel);
  return 14 * std::sin(x / 17 + phase) + 11 * std::cos(y / 23 - phase) +
         3 * std::sin((x + y) / 2.5 + phase);
}

Colour colour_at(const std::vector<Ellipse>& shapes, int number, double x, double y) {
  Colour colour{60.0 + 25 * number + x / 4, 90 + y / 3, 130.0 - 20 * number};
  for (const Ellipse& shape : shapes) {
    const double part = coverage(shape, x, y);
    for (std::size_t c = 0; c < 3; ++c) {
      colour.at(c) = colour.at(c) * (1 - part) + shape.colour.at(c) * part;
    }
  }
  for (std::size_t c = 0; c < 3; ++c) {
    colour.at(c) = std::clamp(colour.at(c) + light(number, c, x, y), 0.0, 255.0);
  }
  return colour;
}

Size size_of(const ModelCard& card, const std::vector<std::int64_t>& shape) {
  Size size = card.role == "embedder" ? kEmbedderInput : kDetectorInput;
  if (shape.size() != 4) return size;
  if (shape[2] > 0) size.height = static_cast<int>(shape[2]);
  if (shape[3] > 0) size.width = static_cast<int>(shape[3]);
  return size;
}

}  // namespace

Image drawn_face(Size size, int number) {
  const auto shapes = features(number);
  const double to_template = 112.0 / std::max(1, std::min(size.width, size.height));
  return Image::make(size, [&](std::uint8_t* pixel) {
    for (int y = 0; y < size.height; ++y) {
      for (int x = 0; x < size.width; ++x) {
        const Colour colour = colour_at(shapes, number, x * to_template, y * to_template);
        for (const double value : colour) *pixel++ = static_cast<std::uint8_t>(std::lround(value));
      }
    }
  });
}

std::vector<Tensor> check_tensors(const ModelCard& card,
                                  const std::vector<std::int64_t>& input_shape) {
  const Size size = size_of(card, input_shape);
  const int count = card.role == "embedder" ? kEmbedderChecks : 1;
  std::vector<Tensor> checks;
  for (int number = 0; number < count; ++number) {
    const Image face = drawn_face(size, number);
    checks.push_back(to_tensor({&face, 1}, card.pixels));
  }
  return checks;
}

}  // namespace screenalytics
