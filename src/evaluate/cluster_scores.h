// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <span>

namespace screenalytics {

/// One item (a face, a track) with the class it has and the cluster it was put in.
struct LabelledItem {
  std::size_t truth = 0;
  std::size_t cluster = 0;
  double weight = 1;  ///< how often it counts: faces of a track, say
};

/// 0..1, 1 is best; all 1 for no items.
struct ClusterScores {
  double purity = 1;  ///< share of items that are of their cluster's most frequent class
  /// Rosenberg & Hirschberg, "V-Measure", EMNLP 2007.
  double homogeneity = 1;
  double completeness = 1;
  /// Mutual information over the mean of both entropies.
  double nmi = 1;
  /// Bagga & Baldwin, "Entity-Based Cross-Document Coreferencing Using the Vector Space Model",
  /// 1998.
  double bcubed_precision = 1;
  double bcubed_recall = 1;
  double bcubed_f1 = 1;
  /// Over pairs of different items; weights count as that many items.
  double pair_precision = 1;
  double pair_recall = 1;
  double pair_f1 = 1;
};

ClusterScores cluster_scores(std::span<const LabelledItem> items);

}  // namespace screenalytics
