// SPDX-License-Identifier: MIT
#pragma once

#include "core/time.h"

#include <cstdint>
#include <string>

namespace screenalytics {

/// The rate at which an editing program counts frames. Broadcast rates are exact fractions; any
/// other rate (also a variable one) is counted at the nearest whole rate, so that timecode stays
/// within a frame of real time.
class FrameRate {
 public:
  /// `fps` frames a second as measured; 25 when it is no usable number.
  static FrameRate near(double fps);
  FrameRate() = default;

  std::int64_t numerator() const { return numerator_; }
  std::int64_t denominator() const { return denominator_; }
  double fps() const;
  /// 29.97 and 59.94: minutes skip frame numbers, so that timecode keeps pace with the clock.
  bool drop_frame() const { return drop_; }
  /// The frame that is nearest to this time since the first frame.
  std::int64_t frame_at(Duration since_start) const;
  /// HH:MM:SS:FF, or HH:MM:SS;FF in drop-frame counting; the day starts again after 24 hours.
  std::string timecode(std::int64_t frame) const;

 private:
  FrameRate(std::int64_t numerator, std::int64_t denominator);

  std::int64_t numerator_ = 25;
  std::int64_t denominator_ = 1;
  std::int64_t base_ = 25;  // frames that timecode counts to a second
  bool drop_ = false;
};

}  // namespace screenalytics
