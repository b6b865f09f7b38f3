// SPDX-License-Identifier: MIT
#include "evaluate/cluster_scores.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

namespace screenalytics {
namespace {

using Sums = std::map<std::size_t, double>;

double entropy(const Sums& sums, double all) {
  double bits = 0;
  for (const auto& [label, sum] : sums) {
    if (sum > 0) bits -= sum / all * std::log(sum / all);
  }
  return bits;
}

double pairs_in(double items) { return items * (items - 1) / 2; }

double harmonic(double first, double second) {
  return first + second > 0 ? 2 * first * second / (first + second) : 0;
}

double share(double part, double whole) { return whole > 0 ? part / whole : 1; }

}  // namespace

ClusterScores cluster_scores(std::span<const LabelledItem> items) {
  Sums classes;
  Sums clusters;
  std::map<std::pair<std::size_t, std::size_t>, double> both;  // cluster, class
  double all = 0;
  for (const LabelledItem& item : items) {
    classes[item.truth] += item.weight;
    clusters[item.cluster] += item.weight;
    both[{item.cluster, item.truth}] += item.weight;
    all += item.weight;
  }
  ClusterScores scores;
  if (all <= 0) return scores;
  Sums largest;
  double information = 0;
  double precision = 0;
  double recall = 0;
  double common_pairs = 0;
  for (const auto& [labels, sum] : both) {
    const double in_cluster = clusters[labels.first];
    const double in_class = classes[labels.second];
    largest[labels.first] = std::max(largest[labels.first], sum);
    information += sum / all * std::log(sum * all / (in_cluster * in_class));
    precision += sum * sum / in_cluster;
    recall += sum * sum / in_class;
    common_pairs += pairs_in(sum);
  }
  scores.purity = 0;
  for (const auto& [cluster, sum] : largest) scores.purity += sum / all;
  const double class_entropy = entropy(classes, all);
  const double cluster_entropy = entropy(clusters, all);
  scores.homogeneity = share(information, class_entropy);
  scores.completeness = share(information, cluster_entropy);
  scores.nmi = share(information, (class_entropy + cluster_entropy) / 2);
  scores.bcubed_precision = precision / all;
  scores.bcubed_recall = recall / all;
  scores.bcubed_f1 = harmonic(scores.bcubed_precision, scores.bcubed_recall);
  double class_pairs = 0;
  double cluster_pairs = 0;
  for (const auto& [label, sum] : classes) class_pairs += pairs_in(sum);
  for (const auto& [label, sum] : clusters) cluster_pairs += pairs_in(sum);
  scores.pair_precision = share(common_pairs, cluster_pairs);
  scores.pair_recall = share(common_pairs, class_pairs);
  scores.pair_f1 = harmonic(scores.pair_precision, scores.pair_recall);
  return scores;
}

}  // namespace screenalytics
