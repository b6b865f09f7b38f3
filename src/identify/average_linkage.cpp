// SPDX-License-Identifier: MIT
#include "identify/average_linkage.h"

#include "identify/bit_matrix.h"
#include "identify/whole_vectors.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <functional>
#include <numeric>
#include <queue>
#include <span>
#include <tuple>
#include <utility>

namespace screenalytics {
namespace {

constexpr double kRounding = 1e-4;  // of a cosine, by whole numbers

/// A cluster that may join another, and how similar the two were when it had that age.
struct Candidate {
  double similarity = 0;
  std::size_t partner = 0;
  std::uint32_t age = 0;
  /// The nearest first; of equals, the one with the lowest face.
  friend bool operator<(const Candidate& a, const Candidate& b) {
    return std::tuple(-a.similarity, a.partner) < std::tuple(-b.similarity, b.partner);
  }
};

/// The nearest clusters of one cluster, as they were: joining never brings a cluster nearer to
/// others than the nearer of its two parts was, and rules only ever forbid more.
struct Neighbours {
  static constexpr std::size_t kMost = 16;
  std::vector<Candidate> listed;  ///< sorted
  double others = 0;              ///< no cluster that is not listed is more similar than this
  void add(const Candidate& candidate) {
    if (listed.size() == kMost && !(candidate < listed.back())) {
      others = std::max(others, candidate.similarity);
      return;
    }
    listed.insert(std::upper_bound(listed.begin(), listed.end(), candidate), candidate);
    if (listed.size() <= kMost) return;
    others = std::max(others, listed.back().similarity);
    listed.pop_back();
  }
};

/// A cluster that may be among the nearest, and the most that its similarity can be.
struct Promise {
  std::size_t partner;
  double most;
};

/// A cluster's claim to join its nearest. First the nearest, then the lowest faces.
struct Claim {
  double similarity = 0;
  std::size_t owner = 0;
  std::size_t partner = 0;
  std::uint32_t stamp = 0;  ///< out of date when the owner made another claim since
  friend bool operator<(const Claim& a, const Claim& b) {
    const auto rank = [](const Claim& claim) {
      const auto [low, high] = std::minmax(claim.owner, claim.partner);
      return std::tuple(claim.similarity, ~low, ~high, ~claim.owner);
    };
    return rank(a) < rank(b);
  }
};

/// A cluster is called by its lowest face. What is known of a cluster's neighbours is a bound for
/// what comes later, so they are looked up again only when the cluster's turn comes, and all of
/// them only when the listed ones do not decide.
class Linker {
 public:
  Linker(const WholeVectors& faces, const LinkageRules& rules, double max_distance);
  Linkage run(const LinkageRules& rules);

 private:
  void find_near_pairs();
  void note_near(std::span<const std::size_t> faces,
                 std::size_t to,
                 std::span<const std::int32_t> similarities);
  void note_pair(std::size_t first, std::size_t second, std::int32_t similarity);
  void join_together(const LinkageRules& rules, Linkage& result);
  std::size_t cluster_of(std::size_t face) const;
  bool has_pair_between(std::size_t first,
                        std::size_t second,
                        const std::vector<FacePair>& pairs) const;
  void join(std::size_t first, std::size_t second);
  double similarity(std::size_t first, std::size_t second) const;
  void renew(std::size_t cluster);
  void look_around(std::size_t cluster);
  void claim(std::size_t cluster);
  std::vector<std::vector<std::size_t>> clusters() const;

  const WholeVectors& faces_;
  WholeVectors means_;   ///< of the clusters, roughly
  const double least_;   ///< mean similarity that still joins, in units of WholeVectors
  const double nobody_;  ///< just under it
  BitMatrix near_;       ///< clusters with two faces at least that similar: others never join
  BitMatrix apart_;
  std::vector<std::int32_t> sums_;  ///< below 2^31 for 131,000 faces
  std::vector<double> sizes_;
  std::vector<std::size_t> joined_to_;  ///< itself while it lives
  std::vector<std::uint32_t> ages_;     ///< how often it grew
  std::vector<std::uint32_t> stamps_;
  std::vector<Neighbours> neighbours_;
  std::priority_queue<Claim> claims_;
  std::vector<std::size_t> around_;  ///< of the cluster that looks around, and how near they are
  std::vector<std::int32_t> about_;
};

Linker::Linker(const WholeVectors& faces, const LinkageRules& rules, double max_distance)
    : faces_(faces),
      means_(faces),
      least_((1 - max_distance - kRounding) * WholeVectors::kOne),
      nobody_(std::nextafter(least_, -2 * WholeVectors::kOne)),
      near_(faces.size()),
      apart_(faces.size()),
      sums_(faces.size() * faces.width()),
      sizes_(faces.size(), 1),
      joined_to_(faces.size()),
      ages_(faces.size(), 0),
      stamps_(faces.size(), 0),
      neighbours_(faces.size(), Neighbours{.listed = {}, .others = nobody_}) {
  std::iota(joined_to_.begin(), joined_to_.end(), std::size_t{0});
  for (std::size_t at = 0; at < faces.size(); ++at) {
    std::ranges::copy(faces.row(at),
                      sums_.begin() + static_cast<std::ptrdiff_t>(at * faces.width()));
  }
  for (const auto* pairs : {&rules.apart, &rules.seen}) {
    for (const auto& [first, second] : *pairs) apart_.set_both(first, second);
  }
}

void Linker::note_pair(std::size_t first, std::size_t second, std::int32_t similarity) {
  near_.set_both(first, second);
  if (apart_.test(first, second)) return;
  neighbours_[first].add({double(similarity), second, 0});
  neighbours_[second].add({double(similarity), first, 0});
}

void Linker::note_near(std::span<const std::size_t> faces,
                       std::size_t to,
                       std::span<const std::int32_t> similarities) {
  for (std::size_t i = 0; i < faces.size(); ++i) {
    if (double(similarities[i]) >= least_) note_pair(faces[i], to, similarities[i]);
  }
}

void Linker::find_near_pairs() {
  constexpr std::size_t kTile = 64;  // rows that stay in the cache while all others pass by
  std::array<std::int32_t, kTile> found{};
  for (std::size_t first = 0; first < faces_.size(); first += kTile) {
    const std::size_t end = std::min(first + kTile, faces_.size());
    for (std::size_t to = first + 1; to < faces_.size(); ++to) {
      const auto tile = std::span(joined_to_).subspan(first, std::min(end, to) - first);
      faces_.similarities(to, tile, found);
      note_near(tile, to, found);
    }
  }
}

std::size_t Linker::cluster_of(std::size_t face) const {
  while (joined_to_[face] != face) face = joined_to_[face];
  return face;
}

bool Linker::has_pair_between(std::size_t first,
                              std::size_t second,
                              const std::vector<FacePair>& pairs) const {
  return std::ranges::any_of(pairs, [&](const FacePair& pair) {
    const std::size_t a = cluster_of(pair.first), b = cluster_of(pair.second);
    return (a == first && b == second) || (a == second && b == first);
  });
}

void Linker::join_together(const LinkageRules& rules, Linkage& result) {
  for (const FacePair& pair : rules.together) {
    const std::size_t first = cluster_of(pair.first), second = cluster_of(pair.second);
    if (first == second) continue;
    const bool ruled = apart_.test(first, second);
    if (ruled && has_pair_between(first, second, rules.apart)) {
      result.refused.push_back(pair);
      continue;
    }
    if (ruled) result.overruled.push_back(pair);
    join(first, second);
  }
}

void Linker::join(std::size_t first, std::size_t second) {
  const auto [kept, gone] = std::minmax(first, second);
  near_.move_row(gone, kept);
  apart_.move_row(gone, kept);
  const std::size_t width = faces_.width();
  const std::span sum = std::span(sums_).subspan(kept * width, width);
  for (std::size_t i = 0; i < width; ++i) sum[i] += sums_[gone * width + i];
  sizes_[kept] += sizes_[gone];
  means_.set_mean(kept, sum, sizes_[kept]);
  neighbours_[gone].listed = {};
  joined_to_[gone] = kept;
  ++stamps_[gone];
  ++ages_[kept];
  look_around(kept);
  claim(kept);
}

double Linker::similarity(std::size_t first, std::size_t second) const {
  const std::size_t width = faces_.width();
  const std::span<const std::int32_t> sums(sums_);
  return product(sums.subspan(first * width, width), sums.subspan(second * width, width)) /
         (sizes_[first] * sizes_[second]);
}

/// Those listed may have grown since.
void Linker::renew(std::size_t cluster) {
  Neighbours& own = neighbours_[cluster];
  const std::vector<Candidate> known = std::exchange(own.listed, {});
  std::vector<std::size_t> partners;
  for (const Candidate& candidate : known) {
    const std::size_t partner = cluster_of(candidate.partner);
    if (partner == cluster || apart_.test(cluster, partner)) continue;
    if (std::ranges::find(partners, partner) != partners.end()) continue;
    partners.push_back(partner);
    const bool current = partner == candidate.partner && ages_[partner] == candidate.age;
    const double found = current ? candidate.similarity : similarity(cluster, partner);
    if (found >= least_) own.add({found, partner, ages_[partner]});
  }
  // Of equals the lowest face decides, and it may not be listed.
  if (own.listed.empty() ? own.others >= least_ : own.listed.front().similarity <= own.others)
    look_around(cluster);
  claim(cluster);
}

/// Exactly at those only that may be among the nearest. The bar is what as many as are listed
/// reach for certain; it only rises, so who is under it once stays under it.
void Linker::look_around(std::size_t cluster) {
  around_.clear();
  near_.for_each_without(apart_, cluster, [&](std::size_t other) {
    if (other != cluster) around_.push_back(other);
  });
  about_.resize(around_.size());
  means_.similarities(cluster, around_, about_);
  const double error = means_.mean_error();
  std::vector<Promise> promises;
  std::vector<double> reached;  // a heap, the lowest first
  double bar = least_;
  for (std::size_t i = 0; i < around_.size(); ++i) {
    if (about_[i] + error < bar) continue;
    promises.push_back({around_[i], about_[i] + error});
    reached.push_back(about_[i] - error);
    std::ranges::push_heap(reached, std::greater());
    if (reached.size() <= Neighbours::kMost) continue;
    std::ranges::pop_heap(reached, std::greater());
    reached.pop_back();
    bar = std::max(bar, reached.front());
  }
  Neighbours& own = neighbours_[cluster];
  own = {.listed = {}, .others = bar > least_ ? bar : nobody_};
  for (const Promise& promise : promises) {
    if (promise.most < bar) continue;
    const double found = similarity(cluster, promise.partner);
    if (found >= least_) own.add({found, promise.partner, ages_[promise.partner]});
  }
}

void Linker::claim(std::size_t cluster) {
  ++stamps_[cluster];
  const auto& listed = neighbours_[cluster].listed;
  if (listed.empty()) return;
  claims_.push({listed.front().similarity, cluster, listed.front().partner, stamps_[cluster]});
}

std::vector<std::vector<std::size_t>> Linker::clusters() const {
  std::vector<std::vector<std::size_t>> of(joined_to_.size());
  std::vector<std::size_t> root(joined_to_);
  for (std::size_t face = 0; face < root.size(); ++face) {
    root[face] = root[root[face]];  // a cluster joins a lower one, whose root is known by now
    of[root[face]].push_back(face);
  }
  std::erase_if(of, [](const auto& members) { return members.empty(); });
  return of;
}

Linkage Linker::run(const LinkageRules& rules) {
  Linkage result;
  find_near_pairs();
  for (std::size_t face = 0; face < faces_.size(); ++face) claim(face);
  join_together(rules, result);
  while (!claims_.empty()) {
    const Claim top = claims_.top();
    claims_.pop();
    if (top.stamp != stamps_[top.owner]) continue;
    const Candidate& nearest = neighbours_[top.owner].listed.front();
    if (joined_to_[nearest.partner] == nearest.partner && ages_[nearest.partner] == nearest.age) {
      join(top.owner, nearest.partner);
    } else {
      renew(top.owner);
    }
  }
  result.clusters = clusters();
  return result;
}

}  // namespace

Linkage average_linkage(std::span<const Embedding> faces,
                        const LinkageRules& rules,
                        double max_distance,
                        std::span<const double> lengths) {
  if (faces.empty()) return {};
  const WholeVectors vectors(faces, lengths);
  return Linker(vectors, rules, max_distance).run(rules);
}

}  // namespace screenalytics
