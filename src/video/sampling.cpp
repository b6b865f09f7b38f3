// SPDX-License-Identifier: MIT
#include "video/sampling.h"

#include "core/error.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <iterator>
#include <string>

namespace screenalytics {
namespace {

using Frames = std::vector<FrameEntry>;

FrameIndex index_of(std::size_t place) { return {static_cast<std::int64_t>(place)}; }

/// A mistake here would quietly sample nothing, so it is refused.
void check(const SamplingOptions& options) {
  if (options.stride < 0) {
    throw Error(ErrorKind::bad_usage,
                "stride " + std::to_string(options.stride) +
                    " is not possible; it must be 1 or more (0: by fps)");
  }
  if (options.stride == 0 && (!std::isfinite(options.fps) || options.fps <= 0)) {
    throw Error(
        ErrorKind::bad_usage,
        "sampling at " + std::to_string(options.fps) + " fps is not possible; it must be above 0");
  }
}

/// Walks along the grid and finds the frame nearest to each time, the earlier of two equally near.
class Nearest {
 public:
  explicit Nearest(std::vector<std::size_t> candidates, const Frames& frames)
      : candidates_(std::move(candidates)), frames_(frames) {}

  /// Times must not go back. At least one candidate.
  std::size_t to(MediaTime time) {
    while (at_ + 1 < candidates_.size() && distance(at_ + 1, time) < distance(at_, time)) ++at_;
    return candidates_[at_];
  }
  bool empty() const { return candidates_.empty(); }

 private:
  Duration distance(std::size_t candidate, MediaTime time) const {
    return std::chrono::abs(frames_[candidates_[candidate]].time - time);
  }
  std::vector<std::size_t> candidates_;
  const Frames& frames_;
  std::size_t at_ = 0;
};

template <typename Wanted>
std::vector<std::size_t> places(const Frames& frames, Wanted&& wanted) {
  std::vector<std::size_t> found;
  for (std::size_t i = 0; i < frames.size(); ++i) {
    if (wanted(frames[i])) found.push_back(i);
  }
  return found;
}

std::vector<FrameIndex> every(std::size_t stride, std::size_t count) {
  std::vector<FrameIndex> samples;
  for (std::size_t i = 0; i < count; i += stride) samples.push_back(index_of(i));
  return samples;
}

/// The last grid step in a gap without frames that `time` lies in, 0 when there is none: a damaged
/// clock may jump by years, and every step of it would give the same two frames.
std::int64_t last_step_of_gap(const Frames& frames,
                              std::size_t nearest,
                              MediaTime time,
                              double fps) {
  const Duration step = from_seconds(1 / fps);
  const std::size_t next = frames[nearest].time < time ? nearest + 1 : nearest;
  if (next == 0 || next >= frames.size()) return 0;
  if (time < frames[next - 1].time + step || frames[next].time < time + step) return 0;
  const double steps = to_seconds(frames[next].time - frames.front().time) * fps;
  return static_cast<std::int64_t>(std::floor(steps)) - 1;
}

std::vector<FrameIndex> on_grid(const Frames& frames, const SamplingOptions& options) {
  const Duration half_step = from_seconds(0.5 / options.fps);
  Nearest any(places(frames, [](const FrameEntry&) { return true; }), frames);
  Nearest reference(places(frames, [](const FrameEntry& frame) { return frame.reference; }),
                    frames);
  std::vector<FrameIndex> samples{index_of(0)};
  const MediaTime start = frames.front().time;
  for (std::int64_t step = 1;; ++step) {
    const MediaTime time = start + from_seconds(static_cast<double>(step) / options.fps);
    if (time > frames.back().time + half_step) break;
    std::size_t best = any.to(time);
    if (options.mode == SamplingMode::cheap && !reference.empty()) {
      const std::size_t cheap = reference.to(time);
      if (std::chrono::abs(frames[cheap].time - time) <= half_step) best = cheap;
    }
    if (index_of(best) > samples.back()) samples.push_back(index_of(best));
    step = std::max(step, last_step_of_gap(frames, any.to(time), time, options.fps));
  }
  return samples;
}

/// The middle value of the reference frames' packets on both sides, key frames left out: they are
/// always large.
std::int32_t usual_bytes(const Frames& frames,
                         const std::vector<std::size_t>& references,
                         std::size_t at) {
  constexpr std::size_t kNeighbours = 4;
  std::vector<std::int32_t> bytes;
  const std::size_t end = std::min(references.size(), at + kNeighbours + 1);
  for (std::size_t i = at - std::min(at, kNeighbours); i < end; ++i) {
    if (i != at && !frames[references[i]].key) bytes.push_back(frames[references[i]].bytes);
  }
  if (bytes.empty()) return 0;
  const auto middle = bytes.begin() + static_cast<std::ptrdiff_t>(bytes.size() / 2);
  std::ranges::nth_element(bytes, middle);
  return *middle;
}

/// A shot most likely starts with a key frame, or shortly before a predicted frame that prediction
/// did not help.
bool may_follow_cut(const Frames& frames,
                    const std::vector<std::size_t>& references,
                    std::size_t at) {
  constexpr double kMuchLarger = 2.5;
  const FrameEntry& frame = frames[references[at]];
  if (frame.key) return true;
  const std::int32_t usual = usual_bytes(frames, references, at);
  return usual > 0 && static_cast<double>(frame.bytes) > kMuchLarger * static_cast<double>(usual);
}

}  // namespace

std::vector<FrameIndex> plan_samples(const VideoIndex& index, const SamplingOptions& options) {
  check(options);
  if (index.frames.empty()) return {};
  if (options.stride > 0)
    return every(static_cast<std::size_t>(options.stride), index.frames.size());
  if (options.fps >= index.info.nominal_fps) return every(1, index.frames.size());
  return on_grid(index.frames, options);
}

std::vector<bool> plan_decoding(const VideoIndex& index, const std::vector<FrameIndex>& samples) {
  const Frames& frames = index.frames;
  std::vector<bool> decode(frames.size(), false);
  for (const FrameIndex sample : samples) decode[static_cast<std::size_t>(sample.value)] = true;
  const auto references = places(frames, [](const FrameEntry& frame) { return frame.reference; });
  for (std::size_t at = 0; at < references.size(); ++at) {
    const std::size_t place = references[at];
    decode[place] = true;
    if (!may_follow_cut(frames, references, at)) continue;
    for (std::size_t i = place; i > 0 && !frames[i - 1].reference; --i) decode[i - 1] = true;
  }
  return decode;
}

}  // namespace screenalytics
