// SPDX-License-Identifier: MIT
#pragma once

#include "core/face.h"
#include "core/time.h"
#include "core/track.h"
#include "identify/group_tracks.h"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace screenalytics {

struct VoiceOptions {
  double min_size = 28;         ///< best face, shorter side in pixels; smaller: a weak voice
  double min_blur = 25;         ///< best face, variance of the Laplacian
  double min_confidence = 0.7;  ///< best face; lower may be no face at all
  double min_agreement = 0.5;   ///< share of a track's faces that agree with each other
};

/// A track as the question "who is this?" sees it.
struct TrackFacts {
  TrackId id;
  TimeSpan seen;                       ///< first to last look
  std::int64_t faces = 0;              ///< kept faces
  std::optional<Embedding> embedding;  ///< pooled
  std::int64_t support = 1;            ///< faces that the embedding counts as
  double quality = 0;                  ///< of its best face
  bool coherent = true;                ///< its faces agree with each other
  std::string thumb;                   ///< relative to the run
  Voice voice = Voice::full;
  std::string doubt;  ///< why the voice is weak, as a reason code
};

/// What was looked at, beside the embedding.
struct KeptFaces {
  std::int64_t kept = 0;
  std::int64_t agreeing = 0;
  bool coherent = true;
  bool from_skipped = false;  ///< the embedding is of faces that the gates refused
};

/// Judges a track by its looks that were measured; one that none were measured of has a full voice,
/// one known by skipped faces only a silent one, with the support of one face.
TrackFacts facts_of(const Track& track,
                    const KeptFaces& faces,
                    std::optional<Embedding> embedding,
                    const VoiceOptions& options);

/// Pairs (positions in the list) of tracks that were seen in one frame as two faces, each once.
/// Boxes that overlap by more than `max_overlap` (IoU) may be one face found twice. A track that
/// lives within `transition` of a cut says nothing: in a dissolve the other shot shows through, and
/// one person is on screen twice. The same where one track ends while the other begins, within
/// `transition` and in a `hand_over` share of both's frames at most.
struct TogetherOptions {
  double max_overlap = 0.3;
  Duration transition = std::chrono::milliseconds(500);
  double hand_over = 0.1;
};
std::vector<FacePair> seen_together(std::span<const Track* const> tracks,
                                    std::span<const MediaTime> cuts = {},
                                    const TogetherOptions& options = {});

}  // namespace screenalytics
