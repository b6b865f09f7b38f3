// SPDX-License-Identifier: MIT
#pragma once

#include "core/track.h"
#include "store/json_lines.h"

#include <cstdint>
#include <optional>
#include <string>

namespace screenalytics {

/// A row of tracks.jsonl: the track, and what the faces stage added to it.
struct TrackRecord {
  Track track;
  std::int64_t faces = 0;                     ///< kept faces
  std::optional<std::int64_t> embedding_row;  ///< row in tracks.npy; empty: it has no embedding
  bool from_skipped = false;                  ///< the embedding is of skipped faces: none was kept
  std::int64_t pooled_faces = 0;              ///< faces of the embedding that agree with each other
  double spread = 0;                          ///< largest cosine distance between two of them
  bool coherent = true;                       ///< spread within bounds
  std::string thumb;                          ///< relative to the run, empty when there is none
  std::string seed_cast_id;                   ///< empty when no seed is near
};

/// The track that a row of tracks.jsonl holds. Throws Error{bad_data}.
Track read_track(const Json& row);

/// The same with the fields of the faces stage, where they are. Throws Error{bad_data}.
TrackRecord read_track_record(const Json& row);

}  // namespace screenalytics
