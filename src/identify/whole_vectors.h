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
  /// Cosine times `kOne`, exact.
  std::int32_t similarity(std::size_t first, std::size_t second) const;
  /// The same for the rows `first` to `first + found.size()` against row `to`.
  void similarities(std::size_t to, std::size_t first, std::span<std::int32_t> found) const;

 private:
  std::size_t size_;
  std::size_t width_;
  std::vector<std::int16_t> values_;
};

/// Product of two sums of whole vectors of one width, in lanes that every machine adds in the same
/// order. Exact while the two clusters have fewer than 33 million pairs of faces between them.
double product(std::span<const std::int32_t> first, std::span<const std::int32_t> second);

}  // namespace screenalytics
