// SPDX-License-Identifier: MIT
#include "identify/resolve_edits.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>

namespace screenalytics {
namespace {

constexpr Duration kAnchorStep = std::chrono::seconds(2);
constexpr double kOverlapPerSecond = 0.5;  // what a second outside of the track's life costs

Box between(const Box& a, const Box& b, float share) {
  const auto mix = [share](float p, float q) { return p + (q - p) * share; };
  return {mix(a.left, b.left), mix(a.top, b.top), mix(a.right, b.right), mix(a.bottom, b.bottom)};
}

/// Where a track is at a time, and how far that is from its life.
struct Place {
  Box box;
  Duration away{0};
};

Place place_at(const Track& track, MediaTime time) {
  const auto& seen = track.sightings;
  const auto after = std::ranges::lower_bound(seen, time, {}, &Sighting::time);
  if (after == seen.begin()) return {after->detection.box, after->time - time};
  const Sighting& before = *std::prev(after);
  if (after == seen.end()) return {before.detection.box, time - before.time};
  const auto share =
      static_cast<float>(to_seconds(time - before.time) / to_seconds(after->time - before.time));
  return {between(before.detection.box, after->detection.box, share), Duration(0)};
}

class FaceFinder {
 public:
  FaceFinder(std::span<const Track> tracks,
             std::span<const Shot> shots,
             const ResolveOptions& options)
      : shots_(shots), options_(options) {
    for (const Track& track : tracks) by_shot_[track.shot].push_back(&track);
  }

  std::optional<TrackId> find(const EditAnchor& anchor) const {
    const auto after = std::ranges::upper_bound(
        shots_, anchor.time, {}, [](const Shot& shot) { return shot.span.begin; });
    if (after == shots_.begin()) return std::nullopt;
    const auto there = by_shot_.find(std::prev(after)->id);
    if (there == by_shot_.end()) return std::nullopt;
    std::optional<TrackId> best;
    double best_score = -1;
    for (const Track* track : there->second) {
      const Place place = place_at(*track, anchor.time);
      const double overlap = iou(place.box, anchor.box);
      if (place.away > options_.tolerance || overlap < options_.min_overlap) continue;
      const double score = overlap - kOverlapPerSecond * to_seconds(place.away);
      if (score <= best_score) continue;
      best = track->id;
      best_score = score;
    }
    return best;
  }

 private:
  std::span<const Shot> shots_;
  const ResolveOptions& options_;
  std::map<ShotId, std::vector<const Track*>> by_shot_;
};

ResolvedEdit resolve(const Edit& edit, const FaceFinder& finder) {
  ResolvedEdit resolved{.edit = edit};
  std::map<int, std::set<TrackId>> groups;
  std::map<std::tuple<int, std::string, TrackId>, bool> found_by_track;
  for (const EditAnchor& anchor : edit.anchors) {
    const auto track = finder.find(anchor);
    if (track) groups[anchor.group].insert(*track);
    auto& found = found_by_track[{anchor.group, anchor.run, anchor.track}];
    found = found || track.has_value();
    const auto wanted = static_cast<std::size_t>(anchor.group) + 1;
    if (resolved.groups.size() < wanted) resolved.groups.resize(wanted);
  }
  for (const auto& [group, tracks] : groups)
    resolved.groups[static_cast<std::size_t>(group)].assign(tracks.begin(), tracks.end());
  for (const auto& [pointed_at, found] : found_by_track) resolved.lost += found ? 0 : 1;
  return resolved;
}

}  // namespace

std::vector<ResolvedEdit> resolve_edits(std::span<const Edit> edits,
                                        std::span<const Track> tracks,
                                        std::span<const Shot> shots,
                                        const ResolveOptions& options) {
  const FaceFinder finder(tracks, shots, options);
  std::vector<ResolvedEdit> resolved;
  resolved.reserve(edits.size());
  for (const Edit& edit : edits) resolved.push_back(resolve(edit, finder));
  return resolved;
}

std::vector<EditAnchor> anchors_of(const Track& track,
                                   const std::string& run,
                                   int group,
                                   AnchorDetail detail) {
  const auto& seen = track.sightings;
  const auto value = [](const Sighting& one) {
    return std::pair(one.quality.total, one.detection.score);
  };
  std::set<std::size_t> chosen{
      static_cast<std::size_t>(std::ranges::max_element(seen, {}, value) - seen.begin())};
  if (detail == AnchorDetail::full) {
    chosen.insert({0, seen.size() - 1});
    MediaTime next = seen.front().time + kAnchorStep;
    for (std::size_t i = 0; i < seen.size(); ++i) {
      if (seen[i].time < next) continue;
      chosen.insert(i);
      next = seen[i].time + kAnchorStep;
    }
  }
  std::vector<EditAnchor> anchors;
  anchors.reserve(chosen.size());
  for (const std::size_t i : chosen) {
    anchors.push_back({.time = seen[i].time,
                       .frame = seen[i].frame,
                       .box = seen[i].detection.box,
                       .track = track.id,
                       .run = run,
                       .group = group});
  }
  return anchors;
}

}  // namespace screenalytics
