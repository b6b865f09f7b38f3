// SPDX-License-Identifier: MIT
#pragma once

#include "core/ids.h"
#include "core/time.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace screenalytics {

/// One person of an episode: tracks that show the same face.
struct Identity {
  IdentityId id;                     ///< from 1, in order of first appearance
  std::string name;                  ///< what to show, never empty
  std::optional<std::string> label;  ///< a name that a human or a seed gave; empty: nobody did
  std::optional<std::string> cast_id;
  std::vector<TrackId> tracks;  ///< ascending
  std::int64_t faces = 0;       ///< kept faces of all tracks
  double cohesion = 0;          ///< mean cosine of the tracks' embeddings to their mean
  double min_similarity = 0;    ///< lowest such cosine
  bool low_cohesion = false;
  std::optional<TrackId> representative;  ///< the track whose thumbnail stands for the person
  std::string thumb;                      ///< relative to the run, empty when there is none
  std::optional<double> seed_similarity;  ///< cosine to the nearest seed of the cast member
  bool edited = false;                    ///< a human decision shaped it
};

/// A track that belongs to no person, and why.
struct UnknownTrack {
  TrackId track;
  std::string reason;  ///< no_embedding, low_quality, not_a_face, ...
  std::int64_t faces = 0;
};

/// Something that only a human can decide.
struct IdentityConflict {
  std::string kind;  ///< two_seeds, seen_together, edit
  std::string text;
};

/// Who is in an episode. Every track is in exactly one of identities, unknown and ignored.
struct Identities {
  std::vector<Identity> identities;  ///< by id
  std::vector<UnknownTrack> unknown;
  std::vector<TrackId> ignored;  ///< by a human's decision
  std::vector<IdentityConflict> conflicts;
  std::vector<std::string> warnings;  ///< lines for people, with advice
};

/// "id_0001", as artifacts write it.
std::string to_text(IdentityId id);
/// Reads `to_text`'s form; empty for anything else.
std::optional<IdentityId> read_identity_id(const std::string& text);

}  // namespace screenalytics
