// SPDX-License-Identifier: MIT
#pragma once

#include "core/face.h"

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

namespace screenalytics {

/// The mean of some faces.
class MeanFace {
 public:
  /// `members`: which of the faces, at least one.
  /// `lengths`: of each of the faces, as in `average_linkage`; empty: all 1.
  MeanFace(std::span<const Embedding> faces,
           std::span<const std::size_t> members,
           std::span<const double> lengths = {});
  /// Mean cosine over all pairs of a face of this and one of the other.
  double mean_similarity(const MeanFace& other) const;
  /// Cosine of a face to the mean; 0 when the members cancel out.
  double similarity(const Embedding& face) const;
  /// Unit length; empty when the members cancel out.
  std::optional<Embedding> direction() const;

 private:
  std::vector<double> mean_;  ///< not unit length: shorter the less the members agree
};

}  // namespace screenalytics
