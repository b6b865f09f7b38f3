// SPDX-License-Identifier: MIT
#pragma once

#include "core/identity.h"
#include "core/screen_time.h"
#include "core/shot.h"
#include "screentime/presence.h"

#include <vector>

namespace screenalytics {

/// The frames on which one face was seen.
struct TrackFrames {
  TrackId id;
  std::vector<FrameIndex> frames;  ///< ascending
};

/// What was looked at in an episode and what was seen, without pictures.
struct EpisodeLooks {
  std::vector<SampledFrame> samples;  ///< every frame that was looked at, in time order
  std::vector<Shot> shots;            ///< all, by id
  std::vector<TrackFrames> tracks;    ///< by id
};

/// Adds up who is on screen. Times come from every sighting of every track, never from harvested
/// faces; two tracks of one person that overlap count once; ignored tracks do not count; a track
/// that no identity has is unknown. Throws Error{bad_data} when the parts do not fit together.
EpisodeScreenTime measure_screen_time(const EpisodeLooks& episode,
                                      const Identities& identities,
                                      const ScreenTimeOptions& options);

}  // namespace screenalytics
