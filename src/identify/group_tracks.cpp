// SPDX-License-Identifier: MIT
#include "identify/group_tracks.h"

#include "identify/mean_face.h"

#include <algorithm>
#include <cassert>
#include <iterator>
#include <map>
#include <set>
#include <tuple>

namespace screenalytics {
namespace {

using Group = std::vector<std::size_t>;

/// Which tracks may not share a group.
class Strangers {
 public:
  Strangers(std::size_t tracks, const LinkageRules& rules) : of_(tracks) {
    for (const auto* pairs : {&rules.apart, &rules.seen}) {
      for (const auto& [first, second] : *pairs) {
        of_[first].push_back(second);
        of_[second].push_back(first);
      }
    }
  }
  /// `group_of` names each track's group.
  bool between(const Group& group,
               std::size_t target,
               const std::vector<std::size_t>& group_of) const {
    return std::ranges::any_of(group, [&](std::size_t track) {
      return std::ranges::any_of(of_[track],
                                 [&](std::size_t other) { return group_of[other] == target; });
    });
  }

 private:
  std::vector<std::vector<std::size_t>> of_;
};

LinkageRules among(const LinkageRules& rules, const std::map<std::size_t, std::size_t>& place) {
  const auto kept = [&](const std::vector<FacePair>& pairs) {
    std::vector<FacePair> inside;
    for (const auto& [first, second] : pairs) {
      const auto a = place.find(first), b = place.find(second);
      if (a != place.end() && b != place.end()) inside.emplace_back(a->second, b->second);
    }
    return inside;
  };
  return {kept(rules.together), kept(rules.apart), kept(rules.seen)};
}

/// Embeddings, and what each counts with.
struct Tracks {
  std::span<const Embedding> faces;
  std::vector<double> lengths;
};

/// The linkage of some of the tracks, in numbers of all of them.
Linkage link_some(const Tracks& tracks,
                  const Group& some,
                  const LinkageRules& rules,
                  double max_distance) {
  std::map<std::size_t, std::size_t> place;
  std::vector<Embedding> faces;
  std::vector<double> lengths;
  for (const std::size_t at : some) {
    place.emplace_hint(place.end(), at, faces.size());
    faces.push_back(tracks.faces[at]);
    lengths.push_back(tracks.lengths[at]);
  }
  Linkage found = average_linkage(faces, among(rules, place), max_distance, lengths);
  for (Group& cluster : found.clusters) {
    for (std::size_t& at : cluster) at = some[at];
  }
  for (auto* pairs : {&found.refused, &found.overruled}) {
    for (auto& [first, second] : *pairs) {
      first = some[first];
      second = some[second];
    }
  }
  return found;
}

constexpr std::size_t kNobody = ~std::size_t{0};

/// A group that looks for a home, and where it may find one.
struct Offer {
  double similarity = 0;
  std::size_t seeker = 0;
  std::size_t home = 0;
};

struct Reach {
  double min_similarity = 0;
  double min_lead = 0;
};

/// Lets seekers follow homes: the surest first, each to the home that is nearest by a lead over all
/// others. Homes are judged by the tracks they had before: followers do not vote.
class Followers {
 public:
  Followers(const Tracks& tracks, const Strangers& strangers)
      : tracks_(tracks), strangers_(strangers), group_of_(tracks.faces.size(), kNobody) {}

  /// Returns the seekers that found no home; the others are appended to their homes.
  std::vector<Group> settle(std::vector<Group>& homes,
                            const std::vector<Group>& seekers,
                            Reach reach) {
    std::ranges::fill(group_of_, kNobody);
    std::vector<MeanFace> means;
    for (std::size_t home = 0; home < homes.size(); ++home) {
      means.emplace_back(tracks_.faces, homes[home], tracks_.lengths);
      for (const std::size_t track : homes[home]) group_of_[track] = home;
    }
    std::vector<Offer> offers;
    for (std::size_t seeker = 0; seeker < seekers.size(); ++seeker) {
      if (const auto offer = best_offer(means, seekers[seeker], reach))
        offers.push_back({offer->similarity, seeker, offer->home});
    }
    std::ranges::sort(
        offers, {}, [](const Offer& offer) { return std::tuple(-offer.similarity, offer.seeker); });
    std::vector<bool> settled(seekers.size(), false);
    for (const Offer& offer : offers) {
      const Group& seeker = seekers[offer.seeker];
      if (strangers_.between(seeker, offer.home, group_of_)) continue;
      for (const std::size_t track : seeker) group_of_[track] = offer.home;
      std::ranges::copy(seeker, std::back_inserter(homes[offer.home]));
      settled[offer.seeker] = true;
    }
    std::vector<Group> left;
    for (std::size_t seeker = 0; seeker < seekers.size(); ++seeker) {
      if (!settled[seeker]) left.push_back(seekers[seeker]);
    }
    return left;
  }

 private:
  /// A home where a stranger lives is no choice, and no rival either.
  std::optional<Offer> best_offer(const std::vector<MeanFace>& means,
                                  const Group& seeker,
                                  Reach reach) const {
    const MeanFace own(tracks_.faces, seeker, tracks_.lengths);
    std::optional<Offer> best;
    double second = -1;
    for (std::size_t home = 0; home < means.size(); ++home) {
      const double similarity = own.mean_similarity(means[home]);
      if (similarity <= second && similarity < reach.min_similarity) continue;
      if (strangers_.between(seeker, home, group_of_)) continue;
      if (!best || similarity > best->similarity) {
        if (best) second = best->similarity;
        best = Offer{similarity, 0, home};
      } else {
        second = std::max(second, similarity);
      }
    }
    if (!best || best->similarity < reach.min_similarity) return std::nullopt;
    if (best->similarity - second < reach.min_lead) return std::nullopt;
    return best;
  }

  const Tracks& tracks_;
  const Strangers& strangers_;
  std::vector<std::size_t> group_of_;
};

Tracks weighed(std::span<const Embedding> faces,
               std::span<const Witness> witnesses,
               const SupportOptions& options) {
  Tracks tracks{.faces = faces, .lengths = {}};
  for (const Witness& one : witnesses)
    tracks.lengths.push_back(length_of_support(one.faces, options));
  return tracks;
}

/// Tracks by what they may say, each list ascending.
struct Voices {
  Group full;
  Group weak;
  Group silent;
};

Voices by_voice(std::span<const Witness> witnesses, const LinkageRules& rules) {
  std::set<std::size_t> bound;
  for (const auto& [first, second] : rules.together) bound.insert({first, second});
  Voices voices;
  for (std::size_t track = 0; track < witnesses.size(); ++track) {
    const Voice voice = bound.contains(track) ? Voice::full : witnesses[track].voice;
    Group& list = voice == Voice::full   ? voices.full
                  : voice == Voice::weak ? voices.weak
                                         : voices.silent;
    list.push_back(track);
  }
  return voices;
}

std::vector<Group> one_by_one(const Group& tracks) {
  std::vector<Group> groups;
  for (const std::size_t track : tracks) groups.push_back({track});
  return groups;
}

/// Splits off the groups of at most `most` tracks, unless a rule made them.
std::vector<Group> take_small(std::vector<Group>& groups,
                              std::size_t most,
                              const LinkageRules& rules) {
  std::set<std::size_t> bound;
  for (const auto& [first, second] : rules.together) bound.insert({first, second});
  const auto stays = [&](const Group& group) {
    return group.size() > most ||
           std::ranges::any_of(group, [&](std::size_t track) { return bound.contains(track); });
  };
  const auto small = std::ranges::stable_partition(groups, stays);
  std::vector<Group> taken(small.begin(), small.end());
  groups.erase(small.begin(), small.end());
  return taken;
}

/// Weak tracks that nobody took, by who they may be among themselves.
std::vector<Group> group_weak(const Tracks& tracks,
                              const std::vector<Group>& left,
                              const LinkageRules& rules,
                              double max_distance) {
  Group weak;
  weak.reserve(left.size());
  for (const Group& group : left) weak.push_back(group.front());
  return link_some(tracks, weak, rules, max_distance).clusters;
}

/// How near a weak track must be to the person that it follows.
Reach weak_reach(const Evidence& evidence, const GroupOptions& options) {
  return {1 - evidence.max_distance - options.weak_reach, options.min_lead};
}

}  // namespace

Grouping group_tracks(const Evidence& evidence, const GroupOptions& options) {
  const auto& [faces, witnesses, rules, max_distance] = evidence;
  assert(faces.size() == witnesses.size());
  const Tracks tracks = weighed(faces, witnesses, options.support);
  const Voices voices = by_voice(witnesses, rules);
  Linkage linked = link_some(tracks, voices.full, rules, max_distance);
  Grouping grouping{.people = std::move(linked.clusters),
                    .left = {},
                    .refused = std::move(linked.refused),
                    .overruled = std::move(linked.overruled)};
  const Strangers strangers(faces.size(), rules);
  Followers followers(tracks, strangers);
  const auto small = take_small(
      grouping.people, static_cast<std::size_t>(std::max(options.straggler_tracks, 0)), rules);
  const auto own = followers.settle(
      grouping.people, small, {1 - max_distance - options.straggler_reach, options.min_lead});
  std::ranges::copy(own, std::back_inserter(grouping.people));
  const auto left =
      followers.settle(grouping.people, one_by_one(voices.weak), weak_reach(evidence, options));
  // A person of their own where several agree well.
  for (Group& group : group_weak(tracks, left, rules, max_distance - options.weak_margin)) {
    if (group.size() >= static_cast<std::size_t>(options.weak_people)) {
      grouping.people.push_back(std::move(group));
    } else {
      std::ranges::copy(group, std::back_inserter(grouping.left));
    }
  }
  for (Group& person : grouping.people) std::ranges::sort(person);
  std::ranges::sort(grouping.people);
  std::ranges::sort(grouping.left);
  return grouping;
}

std::vector<std::size_t> settle_silent(const Evidence& evidence,
                                       const GroupOptions& options,
                                       std::vector<std::vector<std::size_t>>& people) {
  const auto& [faces, witnesses, rules, max_distance] = evidence;
  assert(faces.size() == witnesses.size());
  const Tracks tracks = weighed(faces, witnesses, options.support);
  const Strangers strangers(faces.size(), rules);
  Followers followers(tracks, strangers);
  const Group silent = by_voice(witnesses, rules).silent;
  std::vector<std::size_t> left;
  for (const Group& track :
       followers.settle(people, one_by_one(silent), weak_reach(evidence, options)))
    left.push_back(track.front());
  for (Group& person : people) std::ranges::sort(person);
  std::ranges::sort(left);
  return left;
}

}  // namespace screenalytics
