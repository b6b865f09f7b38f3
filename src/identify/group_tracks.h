// SPDX-License-Identifier: MIT
#pragma once

#include "core/face.h"
#include "identify/average_linkage.h"
#include "identify/support.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace screenalytics {

/// How much a track may say about who is who.
enum class Voice {
  full,
  weak,    ///< small, blurred or at odds with itself: may follow others, never brings them together
  silent,  ///< no face that passed the gates: follows when all others are settled, decides nothing
};

/// What a track brings beside its embedding.
struct Witness {
  Voice voice = Voice::full;
  std::int64_t faces = 1;  ///< that the embedding is the mean of
};

/// What is known of the tracks that are to be grouped. `witnesses`: one for each of `faces`.
struct Evidence {
  std::span<const Embedding> faces;
  std::span<const Witness> witnesses;
  const LinkageRules& rules;
  double max_distance;  ///< of single faces
};

struct GroupOptions {
  /// Average cosine distance of single faces up to which groups join (tracks of several faces must
  /// be nearer, see `support`); empty: the embedder's calibrated one.
  std::optional<double> max_distance;
  SupportOptions support;
  /// A group of at most `straggler_tracks` that nobody took joins the nearest larger one when that
  /// is this much farther at most, and nearer than any other by `min_lead`.
  double straggler_reach = 0.10;
  int straggler_tracks = 2;
  /// Weak tracks follow the nearest person up to max_distance + this, with the same lead.
  double weak_reach = 0.0;
  double min_lead = 0.10;
  /// Weak tracks that nobody took are people of their own from this many together on, when they are
  /// nearer to each other than others must be by `weak_margin`.
  int weak_people = 3;
  double weak_margin = 0.10;
};

struct Grouping {
  /// Tracks of one person each, ascending; by their first track.
  std::vector<std::vector<std::size_t>> people;
  std::vector<std::size_t> left;  ///< weak tracks that belong to nobody, ascending; no silent ones
  std::vector<FacePair> refused;  ///< of rules.together: would join tracks of rules.apart
  std::vector<FacePair> overruled;  ///< of rules.together: joined tracks on screen at once
};

/// Who is who: tracks of full voice by `average_linkage`, then stragglers, then weak tracks, each
/// in turn from the surest on. Rules hold throughout; a track that a rule puts together with
/// another has full voice. Distances are of tracks at the length of their support. Silent tracks
/// are in no group (`settle_silent`) and change nothing. Pure and deterministic.
Grouping group_tracks(const Evidence& evidence, const GroupOptions& options);

/// Adds the silent tracks that are in no group yet to the group that is nearest by
/// `options.min_lead`, up to `evidence.max_distance` + `options.weak_reach`, the surest first;
/// `people` stay who they are. Returns those that nobody takes, ascending. Pure and deterministic.
std::vector<std::size_t> settle_silent(const Evidence& evidence,
                                       const GroupOptions& options,
                                       std::vector<std::vector<std::size_t>>& people);

}  // namespace screenalytics
