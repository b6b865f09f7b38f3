// SPDX-License-Identifier: MIT
#include "identify/mean_face.h"

#include <cmath>

namespace screenalytics {
namespace {

double dot(std::span<const double> first, std::span<const double> second) {
  double sum = 0;
  for (std::size_t i = 0; i < first.size(); ++i) sum += first[i] * second[i];
  return sum;
}

}  // namespace

MeanFace::MeanFace(std::span<const Embedding> faces,
                   std::span<const std::size_t> members,
                   std::span<const double> lengths)
    : mean_(faces[members.front()].values().size(), 0.0) {
  for (const std::size_t at : members) {
    const auto values = faces[at].values();
    const double length = lengths.empty() ? 1 : lengths[at];
    for (std::size_t i = 0; i < mean_.size(); ++i) mean_[i] += length * double{values[i]};
  }
  for (double& value : mean_) value /= static_cast<double>(members.size());
}

double MeanFace::mean_similarity(const MeanFace& other) const { return dot(mean_, other.mean_); }

double MeanFace::similarity(const Embedding& face) const {
  const double length = std::sqrt(dot(mean_, mean_));
  if (length < 1e-9) return 0;
  double sum = 0;
  for (std::size_t i = 0; i < mean_.size(); ++i) sum += mean_[i] * double{face.values()[i]};
  return sum / length;
}

std::optional<Embedding> MeanFace::direction() const {
  return Embedding::normalised(std::vector<float>(mean_.begin(), mean_.end()));
}

}  // namespace screenalytics
