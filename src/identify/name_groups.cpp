// SPDX-License-Identifier: MIT
#include "identify/name_groups.h"

#include "identify/mean_face.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <tuple>

namespace screenalytics {
namespace {

constexpr double kStrongShare = 0.25;  // of a group's votes: a second member that must be reported
constexpr std::size_t kStrongVotes = 2;

/// What the tracks of one group say.
struct Ballot {
  struct Count {
    std::size_t votes = 0;
    double best = 0;  ///< similarity
  };
  std::map<std::string, Count> members;
  std::size_t votes = 0;
};

using Members = std::map<std::string, Ballot::Count>;

Ballot hold(std::span<const Embedding> tracks,
            const std::vector<std::size_t>& group,
            std::span<const Seed> seeds,
            const MatchOptions& options) {
  Ballot ballot;
  for (const std::size_t track : group) {
    const auto match = match_cast(tracks[track], seeds, options);
    if (!match) continue;
    auto& count = ballot.members[match->cast_id];
    ++count.votes;
    count.best = std::max(count.best, match->similarity);
    ++ballot.votes;
  }
  return ballot;
}

Members::const_iterator leader(const Ballot& ballot) {
  return std::ranges::max_element(ballot.members, {}, [](const auto& member) {
    return std::tuple(member.second.votes, member.second.best);
  });
}

std::optional<CastMatch> choose(std::span<const Embedding> tracks,
                                const std::vector<std::size_t>& group,
                                std::span<const Seed> seeds,
                                const MatchOptions& options,
                                const Ballot& ballot) {
  if (ballot.votes == 0) return std::nullopt;
  const auto& [cast_id, count] = *leader(ballot);
  if (2 * count.votes <= ballot.votes) return std::nullopt;
  const auto mean = MeanFace(tracks, group).direction();
  const auto match = mean ? match_cast(*mean, seeds, options) : std::nullopt;
  const bool mean_agrees = match && match->cast_id == cast_id;
  if (!mean_agrees && 3 * count.votes < group.size()) return std::nullopt;
  return CastMatch{cast_id, mean_agrees ? std::max(match->similarity, count.best) : count.best};
}

std::optional<NamingConflict> second_member(const NamedGroup& group, const Ballot& ballot) {
  if (ballot.members.size() < 2) return std::nullopt;
  const auto first = leader(ballot);
  for (const auto& [cast_id, count] : ballot.members) {
    if (cast_id == first->first || count.votes < kStrongVotes) continue;
    if (static_cast<double>(count.votes) < kStrongShare * static_cast<double>(ballot.votes))
      continue;
    return NamingConflict{"two_seeds",
                          "one person looks like '" + first->first + "' (" +
                              std::to_string(first->second.votes) + " tracks) and like '" +
                              cast_id + "' (" + std::to_string(count.votes) +
                              " tracks): lower --group.max-distance or use 'people split'",
                          group.tracks};
  }
  return std::nullopt;
}

bool may_join(const std::vector<std::size_t>& first,
              const std::vector<std::size_t>& second,
              const std::set<FacePair>& forbidden) {
  return std::ranges::none_of(first, [&](std::size_t a) {
    return std::ranges::any_of(
        second, [&](std::size_t b) { return forbidden.contains(std::minmax(a, b)); });
  });
}

std::set<FacePair> forbidden_pairs(const LinkageRules& rules) {
  std::set<FacePair> forbidden;
  for (const auto* pairs : {&rules.apart, &rules.seen}) {
    for (const auto& [first, second] : *pairs) forbidden.insert(std::minmax(first, second));
  }
  return forbidden;
}

NamingConflict conflict_of_two(const std::string& cast_id, const NamedGroup& other) {
  std::string text = "two people look like '";
  text.append(cast_id).append(
      "' but are on screen at once; the one nearer to a seed has the name: ");
  text.append("check the seeds of '").append(cast_id).append("'");
  return {"seen_together", std::move(text), other.tracks};
}

/// The surest first, the others join it where they may.
void join_groups_of(const std::string& cast_id,
                    std::vector<NamedGroup*>& groups,
                    const std::set<FacePair>& forbidden,
                    std::vector<NamingConflict>& conflicts) {
  std::ranges::stable_sort(groups, {}, [](const NamedGroup* group) {
    return std::tuple(-group->cast->similarity, group->tracks.front());
  });
  NamedGroup& first = *groups.front();
  for (NamedGroup* const other : std::span(groups).subspan(1)) {
    if (may_join(first.tracks, other->tracks, forbidden)) {
      first.tracks.insert(first.tracks.end(), other->tracks.begin(), other->tracks.end());
      std::ranges::sort(first.tracks);
      other->tracks.clear();
    } else {
      other->cast.reset();
      conflicts.push_back(conflict_of_two(cast_id, *other));
    }
  }
}

/// One group a member.
void join_members(Naming& naming, const LinkageRules& rules) {
  std::map<std::string, std::vector<NamedGroup*>> by_member;
  for (NamedGroup& group : naming.groups) {
    if (group.cast) by_member[group.cast->cast_id].push_back(&group);
  }
  const auto forbidden = forbidden_pairs(rules);
  for (auto& [cast_id, groups] : by_member)
    join_groups_of(cast_id, groups, forbidden, naming.conflicts);
  std::erase_if(naming.groups, [](const NamedGroup& group) { return group.tracks.empty(); });
  std::ranges::sort(
      naming.groups, {}, [](const NamedGroup& group) { return group.tracks.front(); });
}

}  // namespace

Naming name_groups(std::span<const Embedding> tracks,
                   std::vector<std::vector<std::size_t>> groups,
                   std::span<const Seed> seeds,
                   const LinkageRules& rules,
                   const MatchOptions& options) {
  Naming naming;
  for (auto& tracks_of_one : groups) {
    NamedGroup group{std::move(tracks_of_one), std::nullopt};
    if (!seeds.empty()) {
      const Ballot ballot = hold(tracks, group.tracks, seeds, options);
      group.cast = choose(tracks, group.tracks, seeds, options, ballot);
      if (auto conflict = second_member(group, ballot))
        naming.conflicts.push_back(*std::move(conflict));
    }
    naming.groups.push_back(std::move(group));
  }
  join_members(naming, rules);
  return naming;
}

}  // namespace screenalytics
