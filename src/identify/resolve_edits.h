// SPDX-License-Identifier: MIT
#pragma once

#include "core/edit.h"
#include "core/shot.h"
#include "core/track.h"

#include <cstdint>
#include <span>
#include <vector>

namespace screenalytics {

struct ResolveOptions {
  Duration tolerance = std::chrono::seconds(1);  ///< before the first or after the last sighting
  double min_overlap = 0.3;                      ///< IoU with the box that was pointed at
};

/// A decision in terms of one run's own tracks.
struct ResolvedEdit {
  Edit edit;
  std::vector<std::vector<TrackId>> groups;  ///< by anchor group, each ascending
  std::int64_t lost = 0;  ///< tracks that were pointed at and of which no face was found
};

/// Finds the faces of decisions among the tracks of a run, whatever its sampling and numbers: the
/// track of the same shot whose box at that time (between two sightings: interpolated) overlaps
/// most. `tracks` by id, `shots` in time order.
std::vector<ResolvedEdit> resolve_edits(std::span<const Edit> edits,
                                        std::span<const Track> tracks,
                                        std::span<const Shot> shots,
                                        const ResolveOptions& options);

/// Sightings that stand for a track in a decision: the best, the first, the last, and one about
/// every two seconds; with `brief` the best alone.
enum class AnchorDetail { brief, full };
std::vector<EditAnchor> anchors_of(const Track& track,
                                   const std::string& run,
                                   int group,
                                   AnchorDetail detail);

}  // namespace screenalytics
