// SPDX-License-Identifier: MIT
#include "overlay/plan.h"

#include "overlay/choose_people.h"

#include <algorithm>
#include <map>
#include <utility>

namespace screenalytics {
namespace {

/// A face that was lost this long between two tracks of one person in one shot was most likely
/// there all the while: turned away, or covered.
constexpr Duration kLongestGap = std::chrono::milliseconds(1500);

FacePath path_of(const Track& track, std::size_t who) {
  FacePath path{.who = who};
  for (const Sighting& sighting : track.sightings)
    path.looks.push_back({sighting.time, sighting.detection.box});
  return path;
}

/// Whether the path goes on where `looks` end.
bool follows(const FacePath& path, const std::vector<Look>& looks) {
  const Duration gap = path.looks.front().time - looks.back().time;
  return gap > Duration::zero() && gap <= kLongestGap;
}

/// Tracks of one person in one shot that follow each other closely become one path.
std::vector<FacePath> joined_paths(const FoundFaces& found, const Everybody& all) {
  std::vector<FacePath> paths;
  std::map<std::pair<std::size_t, ShotId>, std::size_t> latest;
  for (const Track& track : found.tracks) {
    const std::size_t who = all.who.at(track.id);
    if (!all.people[who].hidden) continue;
    FacePath path = path_of(track, who);
    const bool somebody = !all.called[who].empty();
    const auto known = latest.find({who, track.shot});
    if (somebody && known != latest.end() && follows(path, paths[known->second].looks)) {
      auto& looks = paths[known->second].looks;
      looks.insert(looks.end(), path.looks.begin(), path.looks.end());
      continue;
    }
    latest[{who, track.shot}] = paths.size();
    paths.push_back(std::move(path));
  }
  return paths;
}

std::vector<FacePath> track_paths(const FoundFaces& found, const Everybody& all) {
  std::vector<FacePath> paths;
  paths.reserve(found.tracks.size());
  for (const Track& track : found.tracks) paths.push_back(path_of(track, all.who.at(track.id)));
  return paths;
}

/// Whether a face that no track took is one that stays clear: at its place, while it was lost.
class ClearFaces {
 public:
  ClearFaces(const std::vector<FacePath>& clear, Duration step) : sweep_(clear), step_(step) {}
  bool hold(const LooseFace& face) {
    constexpr double kSame = 0.5;
    return std::ranges::any_of(sweep_.at(face.time), [&](const FacePath* path) {
      return iou(place_at(*path, face.time, step_).box, face.box) >= kSame;
    });
  }

 private:
  PathSweep sweep_;
  Duration step_;
};

std::vector<FacePath> clear_paths(const FoundFaces& found, const Everybody& all) {
  std::vector<FacePath> paths;
  for (const Track& track : found.tracks) {
    const std::size_t who = all.who.at(track.id);
    if (all.people[who].hidden) continue;
    FacePath path = path_of(track, who);
    path.shown = {path.looks.front().time, path.looks.back().time};
    paths.push_back(std::move(path));
  }
  return paths;
}

void add_loose(OverlayPlan& plan, const FoundFaces& found, const Everybody& all) {
  const std::size_t who = plan.people.size() - 1;
  const std::vector<FacePath> clear = clear_paths(found, all);
  ClearFaces kept(clear, plan.step);
  for (const LooseFace& face : found.loose) {
    if (plan.people[who].hidden && kept.hold(face)) continue;
    plan.paths.push_back({.who = who, .looks = {{face.time, face.box}}});
  }
}

}  // namespace

OverlayPlan plan_overlay(const FoundFaces& found, const BlurChoice& choice) {
  Everybody all = everybody_in(found);
  hide_chosen(all, choice);
  const LookTimes times(found.samples, found.shots);
  OverlayPlan plan{.people = all.people, .step = times.step()};
  const bool draws = choice.mode == BlurMode::nobody;
  plan.paths = draws ? track_paths(found, all) : joined_paths(found, all);
  if (draws || plan.people.back().hidden) add_loose(plan, found, all);
  for (FacePath& path : plan.paths) {
    path.shown = draws ? times.shown(path.looks.front(), path.looks.back())
                       : times.maybe_shown(path.looks.front(), path.looks.back());
  }
  return plan;
}

}  // namespace screenalytics
