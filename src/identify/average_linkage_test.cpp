// SPDX-License-Identifier: MIT
#include "identify/average_linkage.h"

#include "identify/whole_vectors.h"

#include <algorithm>
#include <random>
#include <set>
#include <tuple>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace screenalytics {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;
using Clusters = std::vector<std::vector<std::size_t>>;

Embedding face(std::vector<float> raw) { return *Embedding::normalised(std::move(raw)); }

/// The definition, word for word, over all pairs of faces.
class Definition {
 public:
  Definition(const std::vector<Embedding>& faces, const LinkageRules& rules, double max_distance)
      : vectors_(faces), least_((1 - max_distance - 1e-4) * WholeVectors::kOne) {
    for (std::size_t at = 0; at < faces.size(); ++at) clusters_.push_back({at});
    for (const auto* pairs : {&rules.apart, &rules.seen})
      apart_.insert(pairs->begin(), pairs->end());
    for (const auto& [first, second] : rules.together) {
      const std::size_t a = cluster_of(first), b = cluster_of(second);
      if (a != b && (allowed(a, b) || seen_only(a, b, rules))) join(std::min(a, b), std::max(a, b));
    }
    while (join_closest()) {
    }
  }
  const Clusters& clusters() const { return clusters_; }

 private:
  std::size_t cluster_of(std::size_t face) const {
    const auto holds = [&](const auto& cluster) {
      return std::ranges::find(cluster, face) != cluster.end();
    };
    return static_cast<std::size_t>(std::ranges::find_if(clusters_, holds) - clusters_.begin());
  }
  bool has_pair(std::size_t a, std::size_t b, const std::set<FacePair>& pairs) const {
    return std::ranges::any_of(clusters_[a], [&](std::size_t i) {
      return std::ranges::any_of(clusters_[b], [&](std::size_t j) {
        return pairs.contains({i, j}) || pairs.contains({j, i});
      });
    });
  }
  bool allowed(std::size_t a, std::size_t b) const { return !has_pair(a, b, apart_); }
  bool seen_only(std::size_t a, std::size_t b, const LinkageRules& rules) const {
    return !has_pair(a, b, {rules.apart.begin(), rules.apart.end()});
  }
  double similarity(std::size_t a, std::size_t b) const {
    double sum = 0;
    for (const std::size_t i : clusters_[a]) {
      for (const std::size_t j : clusters_[b]) sum += vectors_.similarity(i, j);
    }
    return sum / static_cast<double>(clusters_[a].size() * clusters_[b].size());
  }
  void join(std::size_t a, std::size_t b) {
    clusters_[a].insert(clusters_[a].end(), clusters_[b].begin(), clusters_[b].end());
    std::ranges::sort(clusters_[a]);
    clusters_.erase(clusters_.begin() + static_cast<std::ptrdiff_t>(b));
    std::ranges::sort(clusters_);
  }
  bool join_closest() {
    std::optional<std::tuple<double, std::size_t, std::size_t>> best;
    for (std::size_t a = 0; a < clusters_.size(); ++a) {
      for (std::size_t b = a + 1; b < clusters_.size(); ++b) {
        if (!allowed(a, b)) continue;
        const double found = similarity(a, b);
        if (found >= least_ && (!best || found > std::get<0>(*best))) best = {found, a, b};
      }
    }
    if (best) join(std::get<1>(*best), std::get<2>(*best));
    return best.has_value();
  }

  WholeVectors vectors_;
  double least_;
  Clusters clusters_;
  std::set<FacePair> apart_;
};

struct Case {
  int faces;
  int people;
  int dimension;
  double noise;
  double max_distance;
  int pairs;  ///< of each rule
};

std::vector<Embedding> random_faces(const Case& c, std::mt19937& dice) {
  std::normal_distribution<double> normal;
  std::vector<std::vector<double>> people(static_cast<std::size_t>(c.people));
  for (auto& person : people) {
    for (int i = 0; i < c.dimension; ++i) person.push_back(normal(dice));
  }
  std::vector<Embedding> faces;
  for (int at = 0; at < c.faces; ++at) {
    std::vector<float> raw;
    for (const double value : people[static_cast<std::size_t>(at % c.people)])
      raw.push_back(static_cast<float>(value + c.noise * normal(dice)));
    faces.push_back(face(std::move(raw)));
    if (at % 7 == 0) faces.back() = faces.front();  // twins: equal distances
  }
  return faces;
}

LinkageRules random_rules(const Case& c, std::mt19937& dice) {
  std::uniform_int_distribution<std::size_t> any(0, static_cast<std::size_t>(c.faces) - 1);
  LinkageRules rules;
  for (auto* pairs : {&rules.together, &rules.apart, &rules.seen}) {
    for (int i = 0; i < c.pairs; ++i) {
      const FacePair pair{any(dice), any(dice)};
      if (pair.first != pair.second) pairs->push_back(pair);
    }
  }
  rules.together.resize(rules.together.size() / 4);
  return rules;
}

TEST(AverageLinkage, IsItsDefinitionOnRandomFacesUnderRules) {
  std::mt19937 dice(7);
  const Case cases[] = {{40, 5, 8, 0.6, 0.5, 0},
                        {60, 6, 16, 0.9, 0.65, 12},
                        {120, 4, 8, 1.2, 0.7, 60},
                        {120, 1, 4, 0.8, 0.6, 30},
                        {200, 1, 24, 0.9, 0.8, 40},
                        {160, 2, 24, 0.7, 0.9, 20},
                        {150, 30, 3, 0.3, 0.2, 40},
                        {90, 9, 40, 1.5, 1.2, 200}};
  for (const Case& c : cases) {
    for (int round = 0; round < 4; ++round) {
      const auto faces = random_faces(c, dice);
      const auto rules = random_rules(c, dice);
      EXPECT_EQ(average_linkage(faces, rules, c.max_distance).clusters,
                Definition(faces, rules, c.max_distance).clusters())
          << c.faces << " faces, round " << round;
    }
  }
}

TEST(AverageLinkage, JoinsTheClosestPairsFirst) {
  // The four singletons of the old system's test: two pairs.
  const std::vector faces{face({1, 0}), face({0.99F, 0.01F}), face({0, 1}), face({0.01F, 0.99F})};
  EXPECT_THAT(average_linkage(faces, {}, 0.2).clusters,
              ElementsAre(ElementsAre(0, 1), ElementsAre(2, 3)));
}

TEST(AverageLinkage, TakesTheMeanOfAllPairsNotTheNearest) {
  // Cosines: 0-1 0.9, 1-2 0.9, 0-2 about 0.62: the third face is 0.24 away from the pair on
  // average.
  const std::vector faces{face({1, 0}), face({0.9F, 0.43589F}), face({0.62F, 0.7846F})};
  EXPECT_EQ(average_linkage(faces, {}, 0.2).clusters.size(), 2U);
  EXPECT_EQ(average_linkage(faces, {}, 0.3).clusters.size(), 1U);
}

TEST(AverageLinkage, FacesSeenAtOnceNeverShareAClusterNotEvenThroughOthers) {
  const std::vector same(4, face({1, 0}));
  const auto linked = average_linkage(same, {.seen = {{0, 3}}}, 0.5);
  EXPECT_THAT(linked.clusters, ElementsAre(ElementsAre(0, 1, 2), ElementsAre(3)));
}

TEST(AverageLinkage, TogetherBeatsDistanceAndBeingSeenAtOnceButNotApart) {
  const std::vector faces{face({1, 0}), face({0, 1}), face({-1, 0})};
  const auto linked = average_linkage(
      faces, {.together = {{0, 1}, {1, 2}}, .apart = {{0, 2}}, .seen = {{0, 1}}}, 0.1);
  EXPECT_THAT(linked.clusters, ElementsAre(ElementsAre(0, 1), ElementsAre(2)));
  EXPECT_THAT(linked.overruled, ElementsAre(Pair(0, 1)));
  EXPECT_THAT(linked.refused, ElementsAre(Pair(1, 2)));
}

TEST(AverageLinkage, ManyTwinsGiveOneClusterWhicheverListOverflows) {
  const std::vector same(200, face({0.6F, 0.8F}));
  const auto linked = average_linkage(same, {}, 0);
  ASSERT_EQ(linked.clusters.size(), 1U);
  EXPECT_EQ(linked.clusters.front().size(), 200U);
}

TEST(AverageLinkage, NoFacesNoClusters) {
  EXPECT_THAT(average_linkage({}, {}, 0.6).clusters, IsEmpty());
}

}  // namespace
}  // namespace screenalytics
