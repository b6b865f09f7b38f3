// SPDX-License-Identifier: MIT
#pragma once

#include "core/frame.h"
#include "core/ids.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace screenalytics {

/// What shot detection keeps of a frame: a small luma picture and coarse chroma, under 1 KiB,
/// segment-independent.
struct ShotSignature {
  static constexpr int kWidth = 32;
  static constexpr int kHeight = 18;
  std::array<std::uint8_t, kWidth * kHeight * 3> bgr{};
};

ShotSignature sign(const Picture& picture);

/// A cut lies after `last` and at or before `first`; the new shot starts at `first` when they are
/// neighbours.
struct ShotCut {
  FrameIndex last;   ///< last decoded frame of the old shot
  FrameIndex first;  ///< first decoded frame of the new shot
};

struct ShotOptions {
  double sensitivity = 0.5;  ///< 0 finds fewer, 1 finds more
  Duration flash =
      std::chrono::milliseconds(300);  ///< a change that goes back within this time is a flash
};

/// Finds hard cuts (and the middle of dissolves) in the signatures of all decoded frames, given in
/// order. Decides with a short look ahead, so cuts come out late; memory is bounded.
class ShotCutFinder {
 public:
  explicit ShotCutFinder(const ShotOptions& options);
  ~ShotCutFinder();
  ShotCutFinder(ShotCutFinder&&) noexcept;
  /// Cuts that became certain with this frame, in order.
  std::vector<ShotCut> push(FrameIndex index, MediaTime time, const ShotSignature& signature);
  std::vector<ShotCut> finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// The first frame of the new shot among neighbours given in order (used when frames between `last`
/// and `first` were not decoded in the first pass): position of the largest change, 1..n-1.
std::size_t place_cut(const std::vector<ShotSignature>& neighbours);

}  // namespace screenalytics
