// SPDX-License-Identifier: MIT
#pragma once

#include "core/shot.h"
#include "core/time.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace screenalytics {

struct ScreenTimeOptions {
  Duration bridge_gap = std::chrono::milliseconds(1200);  ///< longer gaps are absence
  Duration min_stretch = std::chrono::milliseconds(200);  ///< what is surely shorter is dropped
};

/// Where somebody comes or goes.
struct Edge {
  MediaTime at;   ///< the best estimate
  TimeSpan open;  ///< between the two looks on its sides: nobody looked there
};

/// All frames that were looked at, in time order, and the shots they lie in.
class Looks {
 public:
  /// Throws Error{bad_data}: out of order, or a shot that is not there.
  Looks(std::span<const SampledFrame> samples, std::span<const Shot> shots);
  std::size_t size() const { return samples_.size(); }
  const SampledFrame& at(std::size_t look) const { return samples_[look]; }
  /// The look at this frame; empty when nobody looked.
  std::optional<std::size_t> find(FrameIndex frame) const;
  /// Where a stretch that this look is the first to show begins: the start of the shot when that
  /// lies after the look before (a cut brings people in), else the middle of what was not looked
  /// at. Exact when every frame is looked at.
  Edge begin_at(std::size_t look) const;
  /// The same where it ends.
  Edge end_at(std::size_t look) const;

 private:
  const TimeSpan& shot_of(std::size_t look) const;

  std::span<const SampledFrame> samples_;
  std::span<const Shot> shots_;
};

/// Looks that show the same face, ascending, never empty.
using TrackLooks = std::vector<std::size_t>;

/// Somebody is on screen without a break.
struct Stretch {
  TimeSpan shown;     ///< the estimate
  TimeSpan sure;      ///< from the first to the last look: no shorter than that
  TimeSpan possible;  ///< up to the looks that no longer show it: no longer than that
};

struct OnScreen {
  std::vector<Stretch> stretches;  ///< in time order, disjoint
  Duration bridged{};              ///< gaps that now count as shown
  std::int64_t dropped = 0;        ///< stretches that were too short to count
};

/// Whose gaps may be bridged.
enum class Bridging {
  person,  ///< all tracks are one person
  track,   ///< they are strangers to each other: only gaps inside one track
};

/// When any of the tracks is on screen. Two successive looks that both show it: it was there in
/// between. Gaps up to the limit are bridged when both sides lie in one shot.
OnScreen find_presence(const Looks& looks,
                       std::span<const TrackLooks> tracks,
                       const ScreenTimeOptions& options,
                       Bridging bridging = Bridging::person);

}  // namespace screenalytics
