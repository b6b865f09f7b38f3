// SPDX-License-Identifier: MIT
#include "overlay/face_path.h"

#include <algorithm>
#include <cmath>
#include <functional>

namespace screenalytics {
namespace {

constexpr Duration kLeastHold = std::chrono::milliseconds(200);

Duration median_step(std::span<const SampledFrame> samples) {
  std::vector<Duration> steps;
  for (std::size_t i = 1; i < samples.size(); ++i)
    steps.push_back(samples[i].shown.begin - samples[i - 1].shown.begin);
  if (steps.empty()) return kLeastHold;
  const auto middle = steps.begin() + static_cast<std::ptrdiff_t>(steps.size() / 2);
  std::ranges::nth_element(steps, middle);
  return *middle;
}

Box between(const Look& from, const Look& to, double share) {
  const auto mix = [share](float a, float b) {
    return static_cast<float>(a + (static_cast<double>(b) - a) * share);
  };
  return {mix(from.box.left, to.box.left),
          mix(from.box.top, to.box.top),
          mix(from.box.right, to.box.right),
          mix(from.box.bottom, to.box.bottom)};
}

double share_of(const Look& from, const Look& to, MediaTime time) {
  const Duration whole = to.time - from.time;
  return whole > Duration::zero() ? to_seconds(time - from.time) / to_seconds(whole) : 0;
}

/// Between the two the video was looked at, and the face not seen.
bool misses_looks(const Look& from, const Look& to, Duration step) {
  return 2 * std::chrono::abs(to.time - from.time) > 3 * step;
}

Box moved(const Box& box, Point by) {
  return {box.left + by.x, box.top + by.y, box.right + by.x, box.bottom + by.y};
}

/// How far the face goes between `look` and `time` at the speed it had towards its neighbour.
Point drift(const Look& look, const Look& neighbour, MediaTime time, Duration step) {
  if (misses_looks(look, neighbour, step)) return {};
  const double apart = to_seconds(look.time - neighbour.time);
  if (apart == 0) return {};
  const double ahead =
      std::clamp(to_seconds(time - look.time), -to_seconds(step), to_seconds(step));
  const Point here = look.box.center();
  const Point there = neighbour.box.center();
  return {static_cast<float>((here.x - there.x) * ahead / apart),
          static_cast<float>((here.y - there.y) * ahead / apart)};
}

/// The look that ends the path on the side of `time`, and where the face has gone from there.
std::optional<std::pair<Box, Box>> beyond_ends(const FacePath& path,
                                               MediaTime time,
                                               Duration step) {
  const bool early = time < path.looks.front().time;
  if (!early && time <= path.looks.back().time) return std::nullopt;
  const std::size_t last = path.looks.size() - 1;
  const Look& end = path.looks[early ? 0 : last];
  if (last == 0) return std::pair{end.box, end.box};
  const Look& neighbour = path.looks[early ? 1 : last - 1];
  return std::pair{end.box, moved(end.box, drift(end, neighbour, time, step))};
}

/// The looks on both sides of a time from the first to the last.
std::pair<const Look*, const Look*> looks_around(const FacePath& path, MediaTime time) {
  const auto after = std::ranges::upper_bound(path.looks, time, {}, &Look::time);
  const Look* from = &*(after - 1);
  return {from, after == path.looks.end() ? from : &*after};
}

Box united(const Box& a, const Box& b) {
  return {std::min(a.left, b.left),
          std::min(a.top, b.top),
          std::max(a.right, b.right),
          std::max(a.bottom, b.bottom)};
}

}  // namespace

LookTimes::LookTimes(std::span<const SampledFrame> samples, std::span<const Shot> shots)
    : samples_(samples.begin(), samples.end()),
      shots_(shots.begin(), shots.end()),
      step_(median_step(samples)) {}

const SampledFrame* LookTimes::before(MediaTime time) const {
  const auto begin_of = [](const SampledFrame& sample) { return sample.shown.begin; };
  const auto found = std::ranges::lower_bound(samples_, time, {}, begin_of);
  return found == samples_.begin() ? nullptr : &*(found - 1);
}

const SampledFrame* LookTimes::after(MediaTime time) const {
  const auto begin_of = [](const SampledFrame& sample) { return sample.shown.begin; };
  const auto found = std::ranges::upper_bound(samples_, time, {}, begin_of);
  return found == samples_.end() ? nullptr : &*found;
}

TimeSpan LookTimes::shot_at(MediaTime time) const {
  const auto begin_of = [](const Shot& shot) { return shot.span.begin; };
  const auto found = std::ranges::upper_bound(shots_, time, {}, begin_of);
  return found == shots_.begin() ? TimeSpan{MediaTime::min(), MediaTime::max()} : (found - 1)->span;
}

TimeSpan LookTimes::shown(const Look& first, const Look& last) const {
  const TimeSpan shot = shot_at(first.time);
  const SampledFrame* earlier = before(first.time);
  const SampledFrame* later = after(last.time);
  const MediaTime begin =
      earlier == nullptr ? shot.begin : first.time - (first.time - earlier->shown.begin) / 2;
  const MediaTime end =
      later == nullptr ? shot.end : last.time + (later->shown.begin - last.time + Duration(1)) / 2;
  return {std::max(begin, shot.begin), std::min(end, shot.end)};
}

TimeSpan LookTimes::maybe_shown(const Look& first, const Look& last) const {
  const TimeSpan shot = shot_at(first.time);
  TimeSpan span{MediaTime::min(), MediaTime::max()};
  if (const SampledFrame* earlier = before(first.time)) {
    span.begin = earlier->shown.begin >= shot.begin
                     ? std::min(earlier->shown.begin, std::max(shot.begin, first.time - kLeastHold))
                     : shot.begin;
  }
  if (const SampledFrame* later = after(last.time)) {
    span.end = later->shown.begin < shot.end
                   ? std::max(later->shown.end, std::min(shot.end, last.time + kLeastHold))
                   : shot.end;
  }
  return span;
}

PathPlace place_at(const FacePath& path, MediaTime time, Duration step) {
  if (const auto beyond = beyond_ends(path, time, step)) return {beyond->second, true};
  const auto [from, to] = looks_around(path, time);
  return {between(*from, *to, share_of(*from, *to, time)), !misses_looks(*from, *to, step)};
}

Box cover_at(const FacePath& path, MediaTime time, Duration step) {
  if (const auto beyond = beyond_ends(path, time, step))
    return united(beyond->first, beyond->second);
  constexpr float kUnevenness = 0.25F;  // of the way between two looks
  const auto [from, to] = looks_around(path, time);
  const Box box = between(*from, *to, share_of(*from, *to, time));
  if (time == from->time) return box;
  const Point here = from->box.center();
  const Point there = to->box.center();
  const float across = kUnevenness * std::abs(there.x - here.x);
  const float down = kUnevenness * std::abs(there.y - here.y);
  return {box.left - across, box.top - down, box.right + across, box.bottom + down};
}

PathSweep::PathSweep(std::span<const FacePath> paths) {
  for (const FacePath& path : paths) waiting_.push_back(&path);
  std::ranges::stable_sort(
      waiting_, std::greater{}, [](const FacePath* path) { return path->shown.begin; });
}

std::vector<const FacePath*> PathSweep::at(MediaTime time) {
  while (!waiting_.empty() && waiting_.back()->shown.begin <= time) {
    active_.push_back(waiting_.back());
    waiting_.pop_back();
  }
  std::erase_if(active_, [time](const FacePath* path) { return path->shown.end <= time; });
  std::ranges::sort(active_);
  return active_;
}

}  // namespace screenalytics
