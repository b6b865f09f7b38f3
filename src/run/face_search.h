// SPDX-License-Identifier: MIT
#pragma once

#include "budget/cpu_budget.h"
#include "core/detection.h"
#include "core/frame.h"
#include "detect/face_detector.h"

#include <cstdint>
#include <optional>

namespace screenalytics {

/// Looks for faces in sampled pictures, in order. Every `full_every`-th look is at the network's
/// full input size. A look between is at a half to a quarter of it (a quarter to a sixteenth of the
/// CPU), which is enough to follow faces that are large there. Should it see other faces than the
/// look before, the picture is searched again at full size, so nothing is gained, lost or swapped
/// between. Landmarks are less exact in a smaller input: faces are measured and cut out at full
/// size only.
class FaceSearch {
 public:
  /// The detector must outlive it.
  FaceSearch(const FaceDetector& detector, const DetectOptions& options)
      : detector_(detector), options_(options) {}

  struct Found {
    Detections faces;  ///< source pixels, best first
    bool full = true;  ///< searched at full size
  };

  /// The next look is at full size, whatever came before. Called at key frames, so that what is
  /// found in a frame does not depend on where a segment began.
  void restart() { known_.clear(); }
  Found look(const Picture& picture, CpuBudget::Permit& permit);
  /// Model calls so far.
  std::int64_t calls() const { return calls_; }

 private:
  std::optional<int> smaller_side(Size input, Size picture) const;
  Detections detect(const Picture& picture, Size input, CpuBudget::Permit& permit);

  const FaceDetector& detector_;
  DetectOptions options_;
  Detections known_;  // of the look before
  int between_ = 0;   // looks since the last full one
  std::int64_t calls_ = 0;
};

}  // namespace screenalytics
