// SPDX-License-Identifier: MIT
#pragma once

#include "budget/cpu_budget.h"
#include "faces/gates.h"
#include "faces/pool_track.h"
#include "run/follow_tracks.h"
#include "run/loaded_models.h"
#include "run/settings.h"
#include "video/video_info.h"

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <vector>

namespace screenalytics {

/// One person's face through one shot, with what was decided about each sighting.
struct HarvestedTrack {
  std::size_t origin = 0;  ///< position in the shot's followed tracks
  std::size_t first = 0;   ///< position of its first sighting in the followed track
  std::vector<Sighting> sightings;
  std::vector<SightingPixels> pixels;
  std::vector<std::optional<Skip>> skips;       ///< of each sighting
  std::map<std::size_t, Embedding> embeddings;  ///< by position in `sightings`: the kept faces
  /// Of skipped sightings, where no sighting passed the gates; empty otherwise.
  std::map<std::size_t, Embedding> last_resort;
  std::optional<PooledTrack> pooled;  ///< of the kept faces, else of the last resort
};

struct HarvestedShot {
  Shot shot;
  std::vector<HarvestedTrack> tracks;  ///< in order of first appearance
  std::vector<FollowedDetection> detections;
  std::vector<FrameIndex> missing;
  std::int64_t forced_splits = 0;
};

struct HarvestedGroup {
  std::vector<HarvestedShot> shots;
  std::int64_t embedder_calls = 0;
  std::int64_t faces_embedded = 0;  ///< kept or not: what the model was asked for
};

/// Gates, sample choice, embedding in batches that cross frames, tracks and shots, appearance check
/// (a track whose own samples disagree is split where the person changes), the last resort of
/// tracks without a good face, and pooling, for a group of shots. Deterministic; runs on the
/// calling thread under `permit`.
HarvestedGroup harvest_faces(std::vector<FollowedShot> shots,
                             const VideoInfo& video,
                             const LoadedModels& models,
                             const Settings& settings,
                             CpuBudget::Permit& permit);

/// Positions of `sightings` that pass the gates; the reasons of the others go to `skips`.
std::vector<std::size_t> pass_gates(const std::vector<Sighting>& sightings,
                                    Size picture,
                                    double pixel_aspect,
                                    const GateOptions& options,
                                    std::vector<std::optional<Skip>>& skips);

}  // namespace screenalytics
