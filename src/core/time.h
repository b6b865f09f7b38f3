// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <compare>

namespace screenalytics {

/// The container's own time line in microseconds: a frame's position is its presentation timestamp,
/// so a video that starts at 5 s has its first frame at 5 s
/// (docs/decisions/0002-container-time.md).
struct MediaClock {
  using duration = std::chrono::microseconds;
  using rep = duration::rep;
  using period = duration::period;
  using time_point = std::chrono::time_point<MediaClock>;
  // NOLINTNEXTLINE(readability-identifier-naming): the name that the standard's Clock wants
  static constexpr bool is_steady = true;
};
using MediaTime = MediaClock::time_point;
using Duration = MediaClock::duration;

/// Seconds as a number, for artifacts and reports only.
inline double to_seconds(Duration duration) {
  return std::chrono::duration<double>(duration).count();
}
inline double to_seconds(MediaTime time) { return to_seconds(time.time_since_epoch()); }

/// The nearest whole number of microseconds.
inline Duration from_seconds(double seconds) {
  return std::chrono::round<Duration>(std::chrono::duration<double>(seconds));
}

/// Half-open: [begin, end).
struct TimeSpan {
  MediaTime begin;
  MediaTime end;
  Duration length() const { return end - begin; }
  friend auto operator<=>(const TimeSpan&, const TimeSpan&) = default;
};

}  // namespace screenalytics
