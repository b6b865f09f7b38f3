// SPDX-License-Identifier: MIT
#include "export/frame_rate.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

namespace screenalytics {
namespace {

/// How far a measured average may lie from a broadcast rate: less than half of the 0.1 % between
/// 29.97 and 30.
constexpr double kTolerance = 0.0004;
constexpr std::array<std::int64_t, 5> kNtscBases{24, 30, 48, 60, 120};
constexpr double kHighestRate = 1000;

bool is_near(double fps, double rate) { return std::abs(fps - rate) <= kTolerance * rate; }

}  // namespace

FrameRate::FrameRate(std::int64_t numerator, std::int64_t denominator)
    : numerator_(numerator),
      denominator_(denominator),
      base_((numerator + denominator - 1) / denominator),
      drop_(denominator == 1001 && (base_ == 30 || base_ == 60)) {}

FrameRate FrameRate::near(double fps) {
  if (!(fps > 0 && fps <= kHighestRate)) return {};
  for (const std::int64_t base : kNtscBases) {
    if (is_near(fps, static_cast<double>(base) * 1000 / 1001)) return {base * 1000, 1001};
  }
  return {std::max<std::int64_t>(1, std::llround(fps)), 1};
}

double FrameRate::fps() const {
  return static_cast<double>(numerator_) / static_cast<double>(denominator_);
}

std::int64_t FrameRate::frame_at(Duration since_start) const {
  // In whole numbers: an edge in the middle of a frame must not fall now to this side, now to that.
  const std::int64_t whole = denominator_ * Duration::period::den;
  return (2 * since_start.count() * numerator_ + whole) / (2 * whole);
}

std::string FrameRate::timecode(std::int64_t frame) const {
  if (drop_) {
    const std::int64_t dropped = base_ / 15;  // 2 of 30, 4 of 60, each minute but every tenth
    const std::int64_t minute = base_ * 60 - dropped;
    const std::int64_t ten_minutes = minute * 10 + dropped;
    const std::int64_t tens = frame / ten_minutes;
    const std::int64_t rest = frame % ten_minutes;
    frame += tens * 9 * dropped;
    if (rest >= dropped) frame += dropped * ((rest - dropped) / minute);
  }
  const std::int64_t seconds = frame / base_;
  std::array<char, 64> text{};
  std::snprintf(text.data(),
                text.size(),
                "%02lld:%02lld:%02lld%c%02lld",
                static_cast<long long>(seconds / 3600 % 24),
                static_cast<long long>(seconds / 60 % 60),
                static_cast<long long>(seconds % 60),
                drop_ ? ';' : ':',
                static_cast<long long>(frame % base_));
  return text.data();
}

}  // namespace screenalytics
