// SPDX-License-Identifier: MIT
#pragma once

#include "core/face.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace screenalytics {

/// Vectors of length 1 at most in whole numbers: a coordinate of 1 is `kUnit`. Sums and products of
/// whole numbers are exact, so every compiler, machine and order of adding gives the same
/// similarities and the same clusters; rounding moves a cosine by some 0.00003.
class WholeVectors {
 public:
  static constexpr double kUnit = 16384;
  /// A cosine of 1 as `similarity` counts it.
  static constexpr double kOne = kUnit * kUnit;

  /// All faces must have the same dimension. `lengths`: of each vector, 0..1; empty: all 1.
  explicit WholeVectors(std::span<const Embedding> faces, std::span<const double> lengths = {});
  std::size_t size() const { return size_; }
  /// Coordinates a row holds: the dimension, filled up with zeros to whole blocks.
  std::size_t width() const { return width_; }
  std::span<const std::int16_t> row(std::size_t at) const {
    return {values_.data() + at * width_, width_};
  }
  /// The row becomes the sum of `count` vectors over their number, rounded: its similarity to
  /// another such row is off by at most `mean_error()`.
  void set_mean(std::size_t at, std::span<const std::int32_t> sum, double count);
  double mean_error() const;
  /// Cosine times `kOne`, exact.
  std::int32_t similarity(std::size_t first, std::size_t second) const;
  /// The same for each of `others` with row `to`, into as many places.
  void similarities(std::size_t to,
                    std::span<const std::size_t> others,
                    std::span<std::int32_t> found) const;

 private:
  std::size_t size_;
  std::size_t width_;
  std::vector<std::int16_t> values_;
};

/// Product of two sums of whole vectors of one width, in lanes that every machine adds in the same
/// order. Exact while the two clusters have fewer than 33 million pairs of faces between them.
double product(std::span<const std::int32_t> first, std::span<const std::int32_t> second);

}  // namespace screenalytics
