// SPDX-License-Identifier: MIT
#pragma once

#include "core/face.h"

#include <cstddef>
#include <span>
#include <utility>
#include <vector>

namespace screenalytics {

using FacePair = std::pair<std::size_t, std::size_t>;

/// What must hold whatever the faces look like. Numbers are positions in the list of faces.
struct LinkageRules {
  std::vector<FacePair> together;  ///< joined before anything else, in this order
  std::vector<FacePair> apart;     ///< never in one cluster
  std::vector<FacePair> seen;      ///< on screen at once: never in one cluster, unless `together`
};

struct Linkage {
  std::vector<std::vector<std::size_t>> clusters;  ///< ascending, by their first member
  std::vector<FacePair> refused;                   ///< of `together`: would join faces of `apart`
  std::vector<FacePair> overruled;                 ///< of `together`: joined faces of `seen`
};

/// Average-linkage clustering under rules. It repeats: of all pairs of clusters that no rule keeps
/// apart, join the pair with the smallest mean cosine distance over all pairs of faces between them
/// (equal: lowest first face, then lowest first face of the other), while that mean is at most
/// `max_distance`. Exactly that result, in memory of at most n * n / 4 bytes plus 8 KiB a face of
/// 512 numbers (docs/decisions/0006-clustering.md).
///
/// `lengths`: what each face counts with, 0..1 (`support.h`); empty: 1 each. The distance of two
/// faces is 1 - the product of their vectors at these lengths.
Linkage average_linkage(std::span<const Embedding> faces,
                        const LinkageRules& rules,
                        double max_distance,
                        std::span<const double> lengths = {});

}  // namespace screenalytics
