// SPDX-License-Identifier: MIT
#include "screentime/measure.h"

#include "core/error.h"
#include "screentime/spans.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <set>
#include <string>
#include <utility>

namespace screenalytics {
namespace {

using LooksByTrack = std::map<TrackId, TrackLooks>;

std::size_t look_on(const Looks& looks, TrackId track, FrameIndex frame) {
  if (const auto look = looks.find(frame)) return *look;
  throw Error(ErrorKind::bad_data,
              "track " + std::to_string(track.value) + " was seen on frame " +
                  std::to_string(frame.value) +
                  ", which samples.jsonl does not have: run detect-track again");
}

LooksByTrack looks_by_track(const EpisodeLooks& episode, const Looks& looks) {
  LooksByTrack all;
  for (const TrackFrames& track : episode.tracks) {
    TrackLooks& mine = all[track.id];
    mine.reserve(track.frames.size());
    for (const FrameIndex frame : track.frames) mine.push_back(look_on(looks, track.id, frame));
  }
  std::erase_if(all, [](const auto& entry) { return entry.second.empty(); });
  return all;
}

/// A person's row, and the same with its uncertain edges.
struct Measured {
  ScreenTime row;
  std::vector<Stretch> stretches;
};

std::vector<TimeSpan> pick(const std::vector<Stretch>& stretches, TimeSpan Stretch::* part) {
  std::vector<TimeSpan> spans;
  spans.reserve(stretches.size());
  for (const Stretch& stretch : stretches) spans.push_back(stretch.*part);
  return spans;
}

/// How far the truth may lie from the estimate, in either direction.
Duration error_bound(const std::vector<Stretch>& stretches) {
  const Duration shown = total(joined(pick(stretches, &Stretch::shown)));
  const Duration least = total(joined(pick(stretches, &Stretch::sure)));
  const Duration most = total(joined(pick(stretches, &Stretch::possible)));
  return std::max(most - shown, shown - least);
}

/// Moves the looks of these tracks out; an unknown track is none of `episode.tracks`.
std::vector<TrackLooks> take(LooksByTrack& left, const std::vector<TrackId>& tracks) {
  std::vector<TrackLooks> taken;
  for (const TrackId id : tracks) {
    if (auto entry = left.extract(id)) taken.push_back(std::move(entry.mapped()));
  }
  return taken;
}

Measured measure(const Looks& looks,
                 const std::vector<TrackLooks>& tracks,
                 const ScreenTimeOptions& options,
                 Bridging bridging) {
  OnScreen presence = find_presence(looks, tracks, options, bridging);
  Measured measured;
  measured.row.appearances = joined(pick(presence.stretches, &Stretch::shown));
  measured.row.total = total(measured.row.appearances);
  measured.row.bridged = presence.bridged;
  measured.row.error_bound = error_bound(presence.stretches);
  measured.row.dropped = presence.dropped;
  measured.row.tracks = std::ssize(tracks);
  measured.stretches = std::move(presence.stretches);
  return measured;
}

/// Everybody, the unknown last.
std::vector<Measured> measure_everybody(const EpisodeLooks& episode,
                                        const Identities& identities,
                                        const ScreenTimeOptions& options) {
  const Looks looks(episode.samples, episode.shots);
  LooksByTrack left = looks_by_track(episode, looks);
  take(left, identities.ignored);
  std::vector<Measured> all;
  for (const Identity& one : identities.identities) {
    Measured person = measure(looks, take(left, one.tracks), options, Bridging::person);
    person.row.identity = one.id;
    person.row.name = one.name;
    person.row.cast_id = one.cast_id;
    person.row.named = one.label.has_value();
    person.row.faces = one.faces;
    all.push_back(std::move(person));
  }
  std::ranges::stable_sort(all, [](const Measured& a, const Measured& b) {
    return std::pair(-a.row.total, a.row.identity) < std::pair(-b.row.total, b.row.identity);
  });
  std::vector<TrackLooks> strangers;
  for (auto& [id, seen] : left) strangers.push_back(std::move(seen));
  Measured unknown = measure(looks, strangers, options, Bridging::track);
  for (const UnknownTrack& track : identities.unknown) unknown.row.faces += track.faces;
  all.push_back(std::move(unknown));
  return all;
}

/// What a stretch adds with these on screen, ascending; the last of all is the unknown.
void add_stretch(const std::vector<std::size_t>& who, Duration length, EpisodeScreenTime& result) {
  const std::size_t people = result.people.size();
  const std::size_t known = who.size() - (who.back() == people ? 1 : 0);
  result.faced += length;
  if (known >= 1) result.known += length;
  if (known >= 2) result.several += length;
  if (who.size() == 1) (known == 1 ? result.people[who[0]] : result.unknown).alone += length;
  for (std::size_t i = 0; i < known; ++i) {
    for (std::size_t j = 0; j < known; ++j) result.together[who[i]][who[j]] += length;
  }
}

/// alone, known, several, faced and the matrix, from one walk along the time line.
void add_company(const std::vector<Measured>& everybody, EpisodeScreenTime& result) {
  std::vector<std::vector<TimeSpan>> lists;
  lists.reserve(everybody.size());
  for (const Measured& one : everybody) lists.push_back(one.row.appearances);
  const std::size_t people = result.people.size();
  result.together.assign(people, std::vector<Duration>(people));
  for_each_company(lists, [&](const std::vector<std::size_t>& who, Duration length) {
    add_stretch(who, length, result);
  });
}

/// Calls `count(shot, length)` for each shot (its place in the list) that a span lies in.
template <typename Count>
void for_each_shot(const std::vector<Shot>& shots,
                   const std::vector<TimeSpan>& spans,
                   Count&& count) {
  std::size_t at = 0;
  for (const TimeSpan& span : spans) {
    while (at < shots.size() && shots[at].span.end <= span.begin) ++at;
    for (std::size_t i = at; i < shots.size() && shots[i].span.begin < span.end; ++i) {
      const Duration length =
          std::min(span.end, shots[i].span.end) - std::max(span.begin, shots[i].span.begin);
      if (length > Duration::zero()) count(i, length);
    }
  }
}

/// Shots in which somebody appears, and for how long.
void add_shots(const std::vector<Shot>& shots, EpisodeScreenTime& result) {
  for (const Shot& shot : shots) result.shots.push_back({.shot = shot.id, .span = shot.span});
  for (ScreenTime& person : result.people) {
    std::set<std::size_t> seen;
    for_each_shot(shots, person.appearances, [&](std::size_t shot, Duration length) {
      seen.insert(shot);
      result.shots[shot].present[person.identity] += length;
    });
    person.shots = std::ssize(seen);
  }
  std::set<std::size_t> seen;
  for_each_shot(
      shots, result.unknown.appearances, [&](std::size_t shot, Duration) { seen.insert(shot); });
  result.unknown.shots = std::ssize(seen);
}

Duration median_step(const std::vector<SampledFrame>& samples) {
  std::vector<Duration> steps;
  for (std::size_t i = 1; i < samples.size(); ++i)
    steps.push_back(samples[i].shown.begin - samples[i - 1].shown.begin);
  if (steps.empty()) return {};
  const auto middle = steps.begin() + std::ssize(steps) / 2;
  std::ranges::nth_element(steps, middle);
  return *middle;
}

}  // namespace

EpisodeScreenTime measure_screen_time(const EpisodeLooks& episode,
                                      const Identities& identities,
                                      const ScreenTimeOptions& options) {
  if (episode.shots.empty())
    throw Error(ErrorKind::bad_data, "shots.jsonl has no shot: run detect-track again");
  std::vector<Measured> everybody = measure_everybody(episode, identities, options);
  EpisodeScreenTime result{
      .episode = {episode.shots.front().span.begin, episode.shots.back().span.end},
      .sampled_frames = std::ssize(episode.samples),
      .sampling_step = median_step(episode.samples)};
  std::vector<Stretch> faces;
  for (const Measured& one : everybody)
    faces.insert(faces.end(), one.stretches.begin(), one.stretches.end());
  result.error_bound = error_bound(faces);
  result.unknown = everybody.back().row;
  for (std::size_t i = 0; i + 1 < everybody.size(); ++i) result.people.push_back(everybody[i].row);
  add_company(everybody, result);
  add_shots(episode.shots, result);
  return result;
}

}  // namespace screenalytics
