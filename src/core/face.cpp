// SPDX-License-Identifier: MIT
#include "core/face.h"

#include <cmath>
#include <cstddef>

namespace screenalytics {

std::optional<Embedding> Embedding::normalised(std::vector<float> raw) {
  double squares = 0;
  for (const float value : raw) squares += double{value} * value;
  const double length = std::sqrt(squares);
  if (!std::isfinite(length) || length < 1e-6) return std::nullopt;
  for (float& value : raw) value = static_cast<float>(value / length);
  return Embedding(std::move(raw));
}

double Embedding::similarity(const Embedding& other) const {
  double sum = 0;
  for (std::size_t i = 0; i < values_.size(); ++i) sum += double{values_[i]} * other.values_[i];
  return sum;
}

}  // namespace screenalytics
