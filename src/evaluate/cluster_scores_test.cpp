// SPDX-License-Identifier: MIT
#include "evaluate/cluster_scores.h"

#include <vector>

#include <gtest/gtest.h>

namespace screenalytics {
namespace {

std::vector<LabelledItem> items(const std::vector<std::pair<std::size_t, std::size_t>>& labels) {
  std::vector<LabelledItem> list;
  for (const auto& [truth, cluster] : labels) list.push_back({truth, cluster});
  return list;
}

TEST(ClusterScores, APerfectGroupingScoresOneWhateverTheNumbers) {
  const auto scores = cluster_scores(items({{0, 5}, {0, 5}, {1, 2}, {2, 9}}));
  EXPECT_DOUBLE_EQ(scores.purity, 1);
  EXPECT_NEAR(scores.nmi, 1, 1e-12);
  EXPECT_DOUBLE_EQ(scores.bcubed_f1, 1);
  EXPECT_DOUBLE_EQ(scores.pair_f1, 1);
}

// The values are scikit-learn's for the same labels; B-cubed by hand.
TEST(ClusterScores, AgreesWithPublishedDefinitions) {
  const auto scores = cluster_scores(items({{0, 0}, {0, 0}, {0, 1}, {1, 1}, {1, 1}, {2, 2}}));
  EXPECT_NEAR(scores.purity, 5.0 / 6, 1e-12);
  EXPECT_NEAR(scores.homogeneity, 0.685331479, 1e-8);
  EXPECT_NEAR(scores.completeness, 0.685331479, 1e-8);
  EXPECT_NEAR(scores.nmi, 0.685331479, 1e-8);
  EXPECT_NEAR(scores.bcubed_precision, (1 + 1 + 1.0 / 3 + 2.0 / 3 + 2.0 / 3 + 1) / 6, 1e-12);
  EXPECT_NEAR(scores.bcubed_recall, (2.0 / 3 + 2.0 / 3 + 1.0 / 3 + 1 + 1 + 1) / 6, 1e-12);
  EXPECT_NEAR(scores.pair_precision, 0.5, 1e-12);
  EXPECT_NEAR(scores.pair_recall, 0.5, 1e-12);
}

TEST(ClusterScores, EverythingInOneClusterIsCompleteButNotHomogeneous) {
  const auto scores = cluster_scores(items({{0, 0}, {0, 0}, {1, 0}, {1, 0}}));
  EXPECT_NEAR(scores.homogeneity, 0, 1e-12);
  EXPECT_NEAR(scores.completeness, 1, 1e-12);
  EXPECT_DOUBLE_EQ(scores.purity, 0.5);
  EXPECT_DOUBLE_EQ(scores.bcubed_recall, 1);
}

TEST(ClusterScores, AWeightCountsAsThatManyItems) {
  const std::vector<LabelledItem> heavy{{0, 0, 2}, {1, 0, 1}, {1, 1, 3}};
  const auto weighted = cluster_scores(heavy);
  const auto plain = cluster_scores(items({{0, 0}, {0, 0}, {1, 0}, {1, 1}, {1, 1}, {1, 1}}));
  EXPECT_DOUBLE_EQ(weighted.bcubed_f1, plain.bcubed_f1);
  EXPECT_DOUBLE_EQ(weighted.pair_f1, plain.pair_f1);
  EXPECT_DOUBLE_EQ(weighted.nmi, plain.nmi);
}

TEST(ClusterScores, NothingIsPerfect) { EXPECT_EQ(cluster_scores({}).bcubed_f1, 1); }

}  // namespace
}  // namespace screenalytics
