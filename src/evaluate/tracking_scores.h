// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace screenalytics {

/// One frame with truth: who is there, what was tracked, and how well each pair fits (0..1).
struct LabelledFrame {
  std::vector<std::size_t> truth;    ///< numbers of people, from 0, each at most once
  std::vector<std::size_t> tracked;  ///< numbers of tracks or identities, from 0, each at most once
  std::vector<double> similarity;    ///< truth.size() x tracked.size(), row by row
  double at(std::size_t row, std::size_t column) const {
    return similarity[row * tracked.size() + column];
  }
};

struct DetectionScores {
  std::int64_t truth = 0;     ///< faces that are there
  std::int64_t found = 0;     ///< faces that were reported
  std::int64_t matched = 0;   ///< of both
  std::int64_t switches = 0;  ///< a person's face goes on under another number
  double recall = 0;
  double precision = 0;
};

/// Frame by frame, best pairs with a similarity of at least `threshold`; a pair of the frame before
/// is kept first. CLEAR MOT: Bernardin & Stiefelhagen, EURASIP J. Image and Video Processing, 2008.
DetectionScores detection_scores(std::span<const LabelledFrame> frames, double threshold = 0.5);

struct IdentityScores {
  double idf1 = 0;
  double idp = 0;
  double idr = 0;
};

/// Over the one-to-one assignment of people to tracks that matches most faces. Ristani et al.,
/// "Performance Measures and a Data Set for Multi-Target, Multi-Camera Tracking", 2016.
IdentityScores identity_scores(std::span<const LabelledFrame> frames, double threshold = 0.5);

struct HotaScores {
  double hota = 0;
  double det_a = 0;
  double ass_a = 0;
};

/// Mean over the similarity thresholds 0.05, 0.10, ... 0.95. Luiten et al., "HOTA: A Higher Order
/// Metric for Evaluating Multi-object Tracking", IJCV 2020.
HotaScores hota_scores(std::span<const LabelledFrame> frames);

}  // namespace screenalytics
