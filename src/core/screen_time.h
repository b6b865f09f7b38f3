// SPDX-License-Identifier: MIT
#pragma once

#include "core/identity.h"
#include "core/ids.h"
#include "core/time.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace screenalytics {

/// When one person, or everybody unknown together, is on screen.
struct ScreenTime {
  IdentityId identity;  ///< 0 for the unknown
  std::string name;
  std::optional<std::string> cast_id;
  bool named = false;                 ///< a human or a seed gave the name
  Duration total{};                   ///< sum of `appearances`, bridged gaps included
  Duration bridged{};                 ///< of that: gaps inside shots that were bridged
  Duration error_bound{};             ///< what sampling leaves open, both ways
  Duration alone{};                   ///< nobody else with a face on screen
  std::vector<TimeSpan> appearances;  ///< in time order, disjoint
  std::int64_t tracks = 0;
  std::int64_t faces = 0;
  std::int64_t shots = 0;
  std::int64_t dropped = 0;  ///< stretches that were too short to count
};

/// Who is on screen in one shot, and for how long.
struct ShotPresence {
  ShotId shot;
  TimeSpan span;
  std::map<IdentityId, Duration> present;
};

/// The answer that an episode was harvested for.
struct EpisodeScreenTime {
  TimeSpan episode;
  std::int64_t sampled_frames = 0;
  Duration sampling_step{};                     ///< median distance of two looks
  std::vector<ScreenTime> people;               ///< longest first, then by id
  ScreenTime unknown;                           ///< faces that belong to nobody known
  Duration faced{};                             ///< any face on screen
  Duration known{};                             ///< any person of `people` on screen
  Duration several{};                           ///< two or more people on screen
  Duration error_bound{};                       ///< of `faced`
  std::vector<std::vector<Duration>> together;  ///< [i][j] of people; diagonal: their totals
  std::vector<ShotPresence> shots;
};

}  // namespace screenalytics
