// SPDX-License-Identifier: MIT
#pragma once

#include "identify/group_tracks.h"
#include "identify/match_cast.h"

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace screenalytics {

/// Tracks of one person, and who that is by the seeds.
struct NamedGroup {
  std::vector<std::size_t> tracks;  ///< ascending
  std::optional<CastMatch> cast;
};

/// What the seeds say and the tracks contradict.
struct NamingConflict {
  std::string kind;  ///< two_seeds, seen_together
  std::string text;  ///< without the tracks
  std::vector<std::size_t> tracks;
};

struct Naming {
  std::vector<NamedGroup> groups;  ///< by their first track
  std::vector<NamingConflict> conflicts;
};

/// Names groups after the cast. Every track votes for the member that `match_cast` finds for it; a
/// group is named when one member has most of the votes and either the group's mean matches that
/// member too or a third of its tracks voted so. Groups of one member become one group, unless that
/// would join tracks of `rules.seen` or `rules.apart`: then the surest keeps the name, and the
/// conflict is reported (seen_together), as is a group with strong votes for two members
/// (two_seeds).
Naming name_groups(std::span<const Embedding> tracks,
                   std::vector<std::vector<std::size_t>> groups,
                   std::span<const Seed> seeds,
                   const LinkageRules& rules,
                   const MatchOptions& options);

}  // namespace screenalytics
