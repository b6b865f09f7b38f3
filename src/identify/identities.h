// SPDX-License-Identifier: MIT
#pragma once

#include "core/identity.h"
#include "identify/name_groups.h"
#include "identify/track_facts.h"

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

namespace screenalytics {

struct CohesionOptions {
  double min_cohesion = 0.60;      ///< mean cosine of an identity's tracks to their mean
  double min_identity_sim = 0.30;  ///< lowest such cosine
};

/// People as they are before names: the tracks of each, and the cast member where a seed says so.
struct PersonDraft {
  std::vector<std::size_t> tracks;  ///< positions in the list of facts, not empty
  std::optional<CastMatch> cast;
  std::optional<std::string> label;  ///< by a human
  bool edited = false;
};

/// Identities with ids in order of first appearance, representative (the best face), sizes and
/// cohesion. Names: label, else the cast member's name, else "Person N". `cast_names`: by cast_id.
std::vector<Identity> make_identities(std::span<const TrackFacts> facts,
                                      std::vector<PersonDraft> people,
                                      const std::map<std::string, std::string>& cast_names,
                                      const CohesionOptions& options);

/// What a run's identities look like as a whole.
struct IdentityStats {
  std::int64_t faces = 0;
  std::int64_t clusters = 0;
  std::int64_t tracks = 0;  ///< of all identities
  std::int64_t mixed_tracks = 0;
  std::int64_t low_cohesion = 0;
  std::int64_t singletons = 0;  ///< identities of one track
  double singleton_fraction = 0;
  std::int64_t largest = 0;  ///< tracks of the largest identity
  double largest_fraction = 0;
  std::int64_t unknown_tracks = 0;
};

IdentityStats measure(const Identities& identities, std::span<const TrackFacts> facts);

/// Lines for people: what looks wrong, and what to do about it.
std::vector<std::string> advice(const IdentityStats& stats, std::span<const Identity> identities);

}  // namespace screenalytics
