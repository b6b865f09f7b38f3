// SPDX-License-Identifier: MIT
#include "screentime/presence.h"

#include "core/error.h"

#include <algorithm>
#include <string>

namespace screenalytics {
namespace {

/// Looks `first` to `last`, each of which shows the same somebody.
struct Run {
  std::size_t first = 0;
  std::size_t last = 0;
};

std::vector<Run> runs_of(std::span<const TrackLooks> tracks) {
  std::vector<std::size_t> all;
  for (const TrackLooks& track : tracks) all.insert(all.end(), track.begin(), track.end());
  std::ranges::sort(all);
  std::vector<Run> runs;
  for (const std::size_t look : all) {
    if (!runs.empty() && look <= runs.back().last + 1) {
      runs.back().last = look;
    } else {
      runs.push_back({look, look});
    }
  }
  return runs;
}

Stretch stretch_of(const Looks& looks, const Run& run) {
  const Edge begin = looks.begin_at(run.first);
  const Edge end = looks.end_at(run.last);
  return {.shown = {begin.at, end.at},
          .sure = {begin.open.end, end.open.begin},
          .possible = {begin.open.begin, end.open.end}};
}

bool one_track_spans(std::span<const TrackLooks> tracks, const Run& before, const Run& after) {
  return std::ranges::any_of(tracks, [&](const TrackLooks& track) {
    return track.front() <= before.last && track.back() >= after.first;
  });
}

void refuse(const std::string& fault) {
  throw Error(ErrorKind::bad_data, "samples.jsonl: " + fault + ": run detect-track again");
}

/// Never ends before it begins.
TimeSpan between(MediaTime begin, MediaTime end) { return {begin, std::max(begin, end)}; }

/// To a tenth of a millisecond, as artifacts write times: so sums of what is written are exact.
MediaTime middle(const TimeSpan& span) {
  constexpr Duration kTick = std::chrono::microseconds(100);
  return span.begin + span.length() / 2 / kTick * kTick;
}

}  // namespace

Looks::Looks(std::span<const SampledFrame> samples, std::span<const Shot> shots)
    : samples_(samples), shots_(shots) {
  FrameIndex before{-1};
  for (const SampledFrame& sample : samples) {
    if (sample.frame <= before) refuse("the frames are not in order");
    if (sample.shown.end < sample.shown.begin) refuse("a frame ends before it begins");
    const auto shot = static_cast<std::size_t>(sample.shot.value);
    if (shot >= shots.size() || shots[shot].id != sample.shot)
      refuse("a frame's shot is not in shots.jsonl");
    before = sample.frame;
  }
}

const TimeSpan& Looks::shot_of(std::size_t look) const {
  return shots_[static_cast<std::size_t>(samples_[look].shot.value)].span;
}

std::optional<std::size_t> Looks::find(FrameIndex frame) const {
  const auto found = std::ranges::lower_bound(samples_, frame, {}, &SampledFrame::frame);
  if (found == samples_.end() || found->frame != frame) return std::nullopt;
  return static_cast<std::size_t>(found - samples_.begin());
}

Edge Looks::begin_at(std::size_t look) const {
  const MediaTime before = look == 0 ? shots_.front().span.begin : samples_[look - 1].shown.end;
  const TimeSpan open = between(before, samples_[look].shown.begin);
  const MediaTime cut = shot_of(look).begin;
  return {cut >= open.begin ? std::min(cut, open.end) : middle(open), open};
}

Edge Looks::end_at(std::size_t look) const {
  const MediaTime after =
      look + 1 == samples_.size() ? shots_.back().span.end : samples_[look + 1].shown.begin;
  const TimeSpan open = between(samples_[look].shown.end, after);
  const MediaTime cut = shot_of(look).end;
  return {cut <= open.end ? std::max(cut, open.begin) : middle(open), open};
}

OnScreen find_presence(const Looks& looks,
                       std::span<const TrackLooks> tracks,
                       const ScreenTimeOptions& options,
                       Bridging bridging) {
  OnScreen found;
  Run before;
  for (const Run& run : runs_of(tracks)) {
    const Stretch stretch = stretch_of(looks, run);
    const auto bridged = [&] {
      return !found.stretches.empty() && looks.at(before.last).shot == looks.at(run.first).shot &&
             stretch.shown.begin - found.stretches.back().shown.end <= options.bridge_gap &&
             (bridging == Bridging::person || one_track_spans(tracks, before, run));
    };
    if (bridged()) {
      Stretch& wider = found.stretches.back();
      found.bridged += stretch.shown.begin - wider.shown.end;
      wider.shown.end = stretch.shown.end;
      wider.sure.end = stretch.sure.end;
      wider.possible.end = stretch.possible.end;
    } else {
      found.stretches.push_back(stretch);
    }
    before = run;
  }
  found.dropped =
      static_cast<std::int64_t>(std::erase_if(found.stretches, [&](const Stretch& stretch) {
        return stretch.possible.length() < options.min_stretch;
      }));
  return found;
}

}  // namespace screenalytics
