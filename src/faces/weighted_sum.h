// SPDX-License-Identifier: MIT
#pragma once

#include "core/face.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <optional>
#include <span>
#include <vector>

namespace screenalytics {

/// A quality as a weight: nobody votes with zero, and a quality that is no number counts as next to
/// nothing.
inline double weight_of(float quality) { return quality > 1e-3F ? double{quality} : 1e-3; }

/// Dot product in eight lanes, so that a compiler may use vectors and every machine adds in the
/// same order.
template <typename First, typename Second>
double dot(std::span<const First> first, std::span<const Second> second) {
  constexpr std::size_t kLanes = 8;
  std::array<double, kLanes> lanes{};
  const std::size_t even = first.size() - first.size() % kLanes;
  for (std::size_t i = 0; i < even; i += kLanes) {
    for (std::size_t k = 0; k < kLanes; ++k)
      lanes[k] += double{first[i + k]} * double{second[i + k]};
  }
  for (std::size_t i = even; i < first.size(); ++i)
    lanes[0] += double{first[i]} * double{second[i]};
  double sum = 0;
  for (const double lane : lanes) sum += lane;
  return sum;
}

inline double cosine(const Embedding& first, const Embedding& second) {
  return dot(first.values(), second.values());
}

/// Sum of weighted unit vectors: its direction is their mean, its length says how well they agree.
class WeightedSum {
 public:
  explicit WeightedSum(std::size_t dimension) : values_(dimension, 0.0) {}

  void add(const Embedding& sample, double weight) {
    for (std::size_t i = 0; i < values_.size(); ++i)
      values_[i] += weight * double{sample.values()[i]};
  }
  void add(const WeightedSum& other, double weight) {
    for (std::size_t i = 0; i < values_.size(); ++i) values_[i] += weight * other.values_[i];
  }
  double dot_with(const WeightedSum& other) const { return dot(values(), other.values()); }
  double length() const { return std::sqrt(dot_with(*this)); }
  /// Cosine of a sample to the mean; 0 when the samples cancel out.
  double cosine(const Embedding& sample) const {
    const double own = length();
    return own > 1e-9 ? dot(values(), sample.values()) / own : 0;
  }
  /// Cosine between two means; 0 when either cancels out.
  double cosine(const WeightedSum& other) const {
    const double both = length() * other.length();
    return both > 1e-18 ? dot_with(other) / both : 0;
  }
  /// The mean; empty when the samples cancel out.
  std::optional<Embedding> direction() const {
    return Embedding::normalised(std::vector<float>(values_.begin(), values_.end()));
  }

 private:
  std::span<const double> values() const { return values_; }
  std::vector<double> values_;
};

}  // namespace screenalytics
