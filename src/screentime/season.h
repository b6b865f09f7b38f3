// SPDX-License-Identifier: MIT
#pragma once

#include "core/screen_time.h"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace screenalytics {

/// One episode as it was measured.
struct EpisodeResult {
  std::string ep_id;
  std::string run_id;
  std::string show;  ///< whose facebank named its people; empty: none
  EpisodeScreenTime time;
};

/// Where a person of the season appears.
struct SeasonPart {
  std::size_t episode = 0;             ///< position in the list of episodes
  std::vector<IdentityId> identities;  ///< more than one where clusters were not merged
  Duration total{};
  Duration error_bound{};
  std::int64_t appearances = 0;
};

struct SeasonPerson {
  std::string name;
  std::optional<std::string> cast_id;
  std::string show;    ///< of the cast_id
  bool named = false;  ///< false: known in one episode only, by its number there
  Duration total{};
  Duration error_bound{};
  Duration alone{};
  std::int64_t appearances = 0;
  std::int64_t episodes = 0;      ///< in how many the person appears
  std::vector<SeasonPart> parts;  ///< in the order of the episodes
};

struct Season {
  Duration length{};  ///< of all episodes
  Duration faced{};
  std::vector<SeasonPerson> people;  ///< those with a name first; longest first
  SeasonPerson unknown;              ///< faces that belong to nobody, all episodes together
};

/// Adds episodes up. People are the same when they have the same cast_id of the same show, else
/// when a human or a seed gave them the same name; a named person without cast_id is the cast
/// member of that name when there is exactly one. Whoever has no name is not matched across
/// episodes.
Season roll_up(std::span<const EpisodeResult> episodes);

}  // namespace screenalytics
