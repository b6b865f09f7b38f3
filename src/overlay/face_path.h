// SPDX-License-Identifier: MIT
#pragma once

#include "core/geometry.h"
#include "core/shot.h"
#include "core/time.h"

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

namespace screenalytics {

/// Where a face was at one time.
struct Look {
  MediaTime time;
  Box box;
};

/// One face on its way: looks in time order (never empty), and when it is on screen, which may be
/// somewhat before the first look and after the last.
struct FacePath {
  std::size_t who = 0;  ///< whatever the maker counts people by
  std::vector<Look> looks;
  TimeSpan shown;
};

/// When the video was looked at.
class LookTimes {
 public:
  /// Both in time order.
  LookTimes(std::span<const SampledFrame> samples, std::span<const Shot> shots);

  /// On screen from half way to the look before the first one to half way to the look behind the
  /// last one, inside the shot.
  TimeSpan shown(const Look& first, const Look& last) const;
  /// When the face may be on screen, inside the shot: up to and with the neighbouring looks that
  /// did not see it, and at least 0.2 s both ways.
  TimeSpan maybe_shown(const Look& first, const Look& last) const;
  /// Median distance of two looks.
  Duration step() const { return step_; }

 private:
  const SampledFrame* before(MediaTime time) const;
  const SampledFrame* after(MediaTime time) const;
  TimeSpan shot_at(MediaTime time) const;

  std::vector<SampledFrame> samples_;
  std::vector<Shot> shots_;
  Duration step_{};
};

struct PathPlace {
  Box box;
  bool seen = true;  ///< false: between two looks with others between that did not see it
};

/// The place at a time of `path.shown`: on the line between the looks around it; beyond the ends
/// the face goes on as it went, for one `step` at most.
PathPlace place_at(const FacePath& path, MediaTime time, Duration step);

/// A box that holds the face also when it moves unevenly between the looks, or stops, or goes on at
/// the ends of its path.
Box cover_at(const FacePath& path, MediaTime time, Duration step);

/// Gives the paths that are on screen, for times in ascending order.
class PathSweep {
 public:
  /// The paths must outlive it.
  explicit PathSweep(std::span<const FacePath> paths);
  /// In the order of the paths.
  std::vector<const FacePath*> at(MediaTime time);

 private:
  std::vector<const FacePath*> waiting_;  // the next to come last
  std::vector<const FacePath*> active_;
};

}  // namespace screenalytics
