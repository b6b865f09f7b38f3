// SPDX-License-Identifier: MIT
#include "identify/apply_edits.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace screenalytics {
namespace {

using TrackSet = std::set<TrackId>;

/// A person while decisions are applied.
struct Person {
  Identity identity;
  TrackSet tracks;
  TrackSet named;  ///< tracks that the decision saw which gave the name
  bool joined = false;
};

std::size_t common(const TrackSet& a, const TrackSet& b) {
  return static_cast<std::size_t>(
      std::ranges::count_if(a, [&](TrackId track) { return b.contains(track); }));
}

std::string quoted(const std::string& name) { return "'" + name + "'"; }

std::string describe(const Edit& edit) {
  return "edit " + to_text(edit.id) + " (" + name_of(edit.op) +
         (edit.name.empty() ? "" : " " + quoted(edit.name)) + ")";
}

std::string seconds_text(MediaTime time) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.2f s", to_seconds(time));
  return text.data();
}

class People {
 public:
  explicit People(Identities clustered) : rest_(std::move(clustered)) {
    for (Identity& one : rest_.identities) {
      last_id_ = std::max(last_id_, one.id);
      TrackSet tracks(one.tracks.begin(), one.tracks.end());
      const IdentityId id = one.id;
      people_.emplace(id, Person{.identity = std::move(one), .tracks = std::move(tracks)});
    }
    ignored_.insert(rest_.ignored.begin(), rest_.ignored.end());
  }

  /// False when a face that the decision needs is nowhere.
  bool apply(const ResolvedEdit& resolved);
  Identities finish(std::span<const Track> tracks);
  void report(std::string text) { rest_.conflicts.push_back({"edit", std::move(text)}); }

 private:
  bool merge(const ResolvedEdit& resolved);
  void split(const Edit& edit, const TrackSet& tracks, const TrackSet& others);
  void rename(const Edit& edit, const TrackSet& tracks);
  bool assign(const Edit& edit, const TrackSet& tracks, TrackSet target);
  void ignore(const Edit& edit, const TrackSet& tracks);

  Person& fresh(const Edit& edit);
  void take(Person& to, const TrackSet& tracks);
  void take_whole(Person& to, IdentityId from);
  void leave(TrackId track);
  std::vector<IdentityId> mostly(const TrackSet& tracks) const;
  std::optional<IdentityId> most_of(const TrackSet& tracks) const;
  std::optional<IdentityId> assigned_to(const Edit& edit, const TrackSet& target) const;
  void report_seen_together(const Person& person, std::span<const Track> tracks);

  Identities rest_;
  std::map<IdentityId, Person> people_;
  TrackSet ignored_;
  IdentityId last_id_;
};

/// The person of a decision: with the number that this decision always gives.
Person& People::fresh(const Edit& edit) {
  const IdentityId id{last_id_.value + edit.id.value};
  Person& person = people_[id];
  person.identity.id = id;
  person.identity.name = "Person " + std::to_string(id.value);
  return person;
}

void People::leave(TrackId track) {
  ignored_.erase(track);
  std::erase_if(rest_.unknown, [&](const UnknownTrack& one) { return one.track == track; });
  for (auto& [id, person] : people_) {
    person.named.erase(track);
    if (person.tracks.erase(track) > 0) person.identity.edited = true;
  }
}

void People::take(Person& to, const TrackSet& tracks) {
  for (const TrackId track : tracks) {
    if (to.tracks.contains(track)) continue;
    leave(track);
    to.tracks.insert(track);
  }
  to.identity.edited = true;
}

void People::take_whole(Person& to, IdentityId from) {
  if (from == to.identity.id) return;
  Person& other = people_.at(from);
  const TrackSet named = other.named;
  const Identity gone = other.identity;
  take(to, TrackSet(other.tracks));
  to.named.insert(named.begin(), named.end());
  if (!to.identity.label && gone.label) {
    to.identity.label = gone.label;
    to.identity.name = gone.name;
  }
  if (to.identity.cast_id && gone.cast_id && to.identity.cast_id != gone.cast_id) {
    report(to_text(to.identity.id) + " " + quoted(to.identity.name) +
           " was joined by a decision with " + quoted(gone.name) +
           ", whose seeds are another cast member's: undo it, or correct the facebank");
  }
  if (!to.identity.cast_id && gone.cast_id) {
    to.identity.cast_id = gone.cast_id;
    to.identity.seed_similarity = gone.seed_similarity;
  }
}

/// People of whose tracks more than half are in `tracks`, by id.
std::vector<IdentityId> People::mostly(const TrackSet& tracks) const {
  std::vector<IdentityId> found;
  for (const auto& [id, person] : people_) {
    if (2 * common(person.tracks, tracks) > person.tracks.size()) found.push_back(id);
  }
  return found;
}

/// The person who has most of the tracks; equal: the lower id.
std::optional<IdentityId> People::most_of(const TrackSet& tracks) const {
  std::optional<IdentityId> best;
  std::size_t most = 0;
  for (const auto& [id, person] : people_) {
    const std::size_t here = common(person.tracks, tracks);
    if (here <= most) continue;
    most = here;
    best = id;
  }
  return best;
}

bool People::merge(const ResolvedEdit& resolved) {
  TrackSet all;
  std::vector<IdentityId> order;
  for (const auto& group : resolved.groups) {
    if (group.empty()) return false;
    const TrackSet tracks(group.begin(), group.end());
    for (const IdentityId id : mostly(tracks)) order.push_back(id);
    all.insert(group.begin(), group.end());
  }
  for (const IdentityId id : mostly(all)) order.push_back(id);
  if (order.empty()) {
    const auto base = most_of(all);
    order.push_back(base ? *base : fresh(resolved.edit).identity.id);
  }
  // The first person named keeps the name; the lowest number stays.
  const std::set<IdentityId> ids(order.begin(), order.end());
  const IdentityId kept = *ids.begin();
  Person& to = people_.at(kept);
  Person& first = people_.at(order.front());
  if (kept != order.front() && first.identity.label) {
    const auto old = to.identity;
    to.identity.label = first.identity.label;
    to.identity.name = first.identity.name;
    if (first.identity.cast_id && !old.cast_id) to.identity.cast_id = first.identity.cast_id;
  }
  for (const IdentityId id : order) take_whole(to, id);
  take(to, all);
  to.joined = true;
  return true;
}

void People::split(const Edit& edit, const TrackSet& tracks, const TrackSet& others) {
  std::vector<IdentityId> whole = mostly(tracks);
  std::erase_if(whole, [&](IdentityId id) { return common(people_.at(id).tracks, others) > 0; });
  Person& to = whole.empty() ? fresh(edit) : people_.at(whole.front());
  for (const IdentityId id : whole) take_whole(to, id);
  take(to, tracks);
  to.joined = true;
}

void People::rename(const Edit& edit, const TrackSet& tracks) {
  std::vector<IdentityId> found = mostly(tracks);
  if (found.empty()) {
    const auto most = most_of(tracks);
    found.push_back(most ? *most : fresh(edit).identity.id);
    if (!most) take(people_.at(found.front()), tracks);
  }
  std::string named;
  for (const IdentityId id : found) {
    Person* person = &people_.at(id);
    TrackSet here;
    for (const TrackId track : tracks)
      if (person->tracks.contains(track)) here.insert(track);
    if (!person->named.empty() && common(person->named, here) == 0) {
      person = &fresh(edit);
      take(*person, here);
    }
    person->identity.label = edit.name;
    person->identity.name = edit.name;
    person->identity.edited = true;
    person->named.insert(here.begin(), here.end());
    named.append(" ").append(to_text(person->identity.id));
  }
  if (found.size() > 1) {
    report(describe(edit) + " names faces of several people here:" + named +
           ": 'people merge' them if they are one");
  }
}

std::optional<IdentityId> People::assigned_to(const Edit& edit, const TrackSet& target) const {
  if (const auto seen = most_of(target)) return seen;
  std::optional<IdentityId> best;
  for (const auto& [id, person] : people_) {
    const bool fits = edit.cast_id.empty()
                          ? !edit.name.empty() && person.identity.label == edit.name
                          : person.identity.cast_id == edit.cast_id;
    if (fits && (!best || person.tracks.size() > people_.at(*best).tracks.size())) best = id;
  }
  return best;
}

bool People::assign(const Edit& edit, const TrackSet& tracks, TrackSet target) {
  std::erase_if(target, [&](TrackId track) { return tracks.contains(track); });
  const auto found = assigned_to(edit, target);
  if (!found && edit.name.empty() && edit.cast_id.empty()) return false;
  Person& to = found ? people_.at(*found) : fresh(edit);
  if (!found) {
    to.identity.label = edit.name.empty() ? edit.cast_id : edit.name;
    to.identity.name = *to.identity.label;
    if (!edit.cast_id.empty()) to.identity.cast_id = edit.cast_id;
  }
  take(to, tracks);
  if (to.identity.label) to.named.insert(tracks.begin(), tracks.end());
  to.joined = true;
  return true;
}

void People::ignore(const Edit& edit, const TrackSet& tracks) {
  TrackSet all = tracks;
  if (edit.whole) {
    for (const IdentityId id : mostly(tracks))
      all.insert(people_.at(id).tracks.begin(), people_.at(id).tracks.end());
  }
  for (const TrackId track : all) leave(track);
  ignored_.insert(all.begin(), all.end());
}

bool People::apply(const ResolvedEdit& resolved) {
  const auto group = [&](std::size_t i) {
    return i < resolved.groups.size()
               ? TrackSet(resolved.groups[i].begin(), resolved.groups[i].end())
               : TrackSet();
  };
  const TrackSet tracks = group(0);
  if (tracks.empty()) return false;
  switch (resolved.edit.op) {
    case EditOp::merge:
      return merge(resolved);
    case EditOp::split:
      split(resolved.edit, tracks, group(1));
      return true;
    case EditOp::rename:
      rename(resolved.edit, tracks);
      return true;
    case EditOp::assign:
      return assign(resolved.edit, tracks, group(1));
    case EditOp::ignore:
      ignore(resolved.edit, tracks);
      return true;
    case EditOp::undo:
      break;
  }
  return true;
}

void People::report_seen_together(const Person& person, std::span<const Track> tracks) {
  std::map<FrameIndex, TrackId> taken;
  for (const Track& track : tracks) {
    if (!person.tracks.contains(track.id)) continue;
    for (const Sighting& sighting : track.sightings) {
      const auto [other, free] = taken.try_emplace(sighting.frame, track.id);
      if (free) continue;
      report(to_text(person.identity.id) + " " + quoted(person.identity.name) + ": tracks " +
             std::to_string(other->second.value) + " and " + std::to_string(track.id.value) +
             " are one person by decision, but both are on screen at " +
             seconds_text(sighting.time));
      return;
    }
  }
}

Identities People::finish(std::span<const Track> tracks) {
  rest_.identities.clear();
  for (auto& [id, person] : people_) {
    if (person.tracks.empty()) continue;
    if (person.joined) report_seen_together(person, tracks);
    person.identity.tracks.assign(person.tracks.begin(), person.tracks.end());
    if (person.identity.representative && !person.tracks.contains(*person.identity.representative))
      person.identity.representative.reset();
    rest_.identities.push_back(std::move(person.identity));
  }
  rest_.ignored.assign(ignored_.begin(), ignored_.end());
  return std::move(rest_);
}

}  // namespace

EditedIdentities apply_edits(Identities clustered,
                             std::span<const ResolvedEdit> edits,
                             std::span<const Track> tracks) {
  People people(std::move(clustered));
  EditedIdentities result;
  for (const ResolvedEdit& resolved : edits) {
    const bool applied = people.apply(resolved);
    const bool matters = resolved.lost > 0 && !resolved.edit.whole;
    result.applied += applied ? 1 : 0;
    if (applied && !matters) continue;
    ++result.unresolved;
    people.report(describe(resolved.edit) + ": " +
                  (applied ? "the faces of " + std::to_string(resolved.lost) +
                                 " of its tracks were not found in this run"
                           : "its faces were not found in this run, so it is not applied here") +
                  "; the decision is kept");
  }
  result.identities = people.finish(tracks);
  return result;
}

}  // namespace screenalytics
