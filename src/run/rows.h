// SPDX-License-Identifier: MIT
#pragma once

#include "core/track.h"
#include "faces/gates.h"
#include "faces/pool_track.h"
#include "identify/match_cast.h"
#include "run/find_shots.h"
#include "store/json_lines.h"
#include "store/track_rows.h"

#include <optional>
#include <string>
#include <vector>

namespace screenalytics {

/// What every row of a run says about where it comes from.
struct RowOrigin {
  std::string ep_id;
  std::string detector;         ///< model name
  std::string embedding_model;  ///< model name
  std::string objects;          ///< <ep_id>/runs/<run_id>/, where rows name objects; else empty
};

/// A harvested face, kept or skipped.
struct FaceRow {
  TrackId track;
  Sighting sighting;
  std::optional<Skip> skip;
  const Embedding* embedding = nullptr;  ///< kept faces
  std::int64_t embedding_row = 0;        ///< kept faces: row in faces.npy
  bool inline_embedding = true;
  std::string crop;  ///< relative path, empty when there is none
  std::string thumb;
  std::optional<CastMatch> seed;
};

/// What the faces stage adds to a track.
struct TrackFaces {
  std::int64_t kept = 0;
  const PooledTrack* pooled = nullptr;
  bool from_skipped = false;       ///< pooled of skipped faces, as no face was kept
  std::int64_t embedding_row = 0;  ///< row in tracks.npy
  std::string thumb;               ///< of the best face
  std::optional<CastMatch> seed;
};

Json detection_row(const RowOrigin& origin,
                   FrameIndex frame,
                   MediaTime time,
                   const Detection& detection,
                   std::optional<TrackId> track,
                   ShotId shot);
Json track_row(const RowOrigin& origin, const Track& track);
/// Adds the faces stage's fields to a track's row.
void add_faces(Json& row, const RowOrigin& origin, const TrackFaces& faces);
Json face_row(const RowOrigin& origin, const FaceRow& face);
Json shot_row(const RowOrigin& origin, const Shot& shot);

}  // namespace screenalytics
