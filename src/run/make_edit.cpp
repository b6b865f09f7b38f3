// SPDX-License-Identifier: MIT
#include "core/error.h"
#include "run/people_run.h"
#include "store/names.h"

#include <algorithm>
#include <set>
#include <utility>

namespace screenalytics {
namespace {

constexpr std::size_t kFewTracks = 20;  // so many are described sighting by sighting

[[noreturn]] void misused(const std::string& text) { throw Error(ErrorKind::bad_usage, text); }

const Track& track_of(const PeopleView& view, TrackId id) {
  const auto found =
      std::ranges::find(view.tracks, id, [](const TrackRecord& record) { return record.track.id; });
  if (found != view.tracks.end()) return found->track;
  throw Error(ErrorKind::not_found,
              "run '" + view.run_id + "' has no track " + std::to_string(id.value) +
                  ": see 'screenalytics people list'");
}

std::vector<const Identity*> people_called(const PeopleView& view, const std::string& word) {
  std::vector<const Identity*> found;
  const auto id = read_identity_id(word);
  for (const Identity& one : view.identities.identities) {
    if (id ? one.id == *id : one.name == word) found.push_back(&one);
  }
  return found;
}

const std::string& only_person(const PeopleRequest& request) {
  if (request.people.size() != 1)
    misused(std::string("people ") + name_of(request.op) + " takes one person (id or name)");
  return request.people.front();
}

void add_anchors(Edit& edit,
                 const PeopleView& view,
                 const std::vector<TrackId>& tracks,
                 int group) {
  const bool few = !edit.whole || tracks.size() <= kFewTracks;
  for (const TrackId id : tracks) {
    auto anchors = anchors_of(
        track_of(view, id), view.run_id, group, few ? AnchorDetail::full : AnchorDetail::brief);
    std::ranges::move(anchors, std::back_inserter(edit.anchors));
  }
}

std::vector<TrackId> asked_tracks(const PeopleRequest& request, const PeopleView& view) {
  if (request.tracks.empty())
    misused(std::string("people ") + name_of(request.op) + " needs --tracks, e.g. --tracks 3,7");
  std::set<TrackId> tracks;
  for (const std::int64_t value : request.tracks) tracks.insert(track_of(view, {value}).id);
  return {tracks.begin(), tracks.end()};
}

void fill_merge(Edit& edit, const PeopleRequest& request, const PeopleView& view) {
  std::vector<const Identity*> people;
  for (const std::string& word : request.people) {
    const Identity& one = person_called(view, word);
    if (std::ranges::find(people, &one) == people.end()) people.push_back(&one);
  }
  if (people.size() < 2) misused("people merge takes two or more different people (ids or names)");
  int group = 0;
  for (const Identity* one : people) add_anchors(edit, view, one->tracks, group++);
}

void fill_split(Edit& edit, const PeopleRequest& request, const PeopleView& view) {
  edit.whole = false;
  const Identity& person = person_called(view, only_person(request));
  const auto tracks = asked_tracks(request, view);
  for (const TrackId id : tracks) {
    if (std::ranges::find(person.tracks, id) == person.tracks.end())
      misused("track " + std::to_string(id.value) + " is not one of " + to_text(person.id) + " '" +
              person.name + "'");
  }
  if (tracks.size() == person.tracks.size())
    misused("these are all tracks of " + to_text(person.id) +
            ": leave one out, or use 'people rename' or 'people ignore'");
  std::vector<TrackId> others;
  std::ranges::set_difference(person.tracks, tracks, std::back_inserter(others));
  add_anchors(edit, view, tracks, 0);
  add_anchors(edit, view, others, 1);
}

void fill_assign(Edit& edit, const PeopleRequest& request, const PeopleView& view) {
  edit.whole = false;
  add_anchors(edit, view, asked_tracks(request, view), 0);
  if (request.people.empty() == request.cast_id.empty())
    misused("people assign takes one person (id, name, or a new name) or --cast-id");
  if (!request.cast_id.empty()) {
    check_name("cast id", request.cast_id);
    edit.cast_id = request.cast_id;
    edit.name = request.name.empty() ? request.cast_id : checked_person_name(request.name);
    return;
  }
  const std::string& word = only_person(request);
  if (!read_identity_id(word) && people_called(view, word).empty()) {
    edit.name = checked_person_name(word);
    return;
  }
  const Identity& person = person_called(view, word);
  edit.name = person.label.value_or("");
  add_anchors(edit, view, person.tracks, 1);
}

}  // namespace

const Identity& person_called(const PeopleView& view, const std::string& word) {
  const auto found = people_called(view, word);
  if (found.empty()) {
    throw Error(
        ErrorKind::not_found,
        "run '" + view.run_id + "' has no person '" + word + "': see 'screenalytics people list'");
  }
  if (found.size() == 1) return *found.front();
  std::string ids;
  for (const Identity* one : found) ids += (ids.empty() ? "" : ", ") + to_text(one->id);
  misused("several people are called '" + word + "' (" + ids + "): give the id");
}

Edit make_edit(const PeopleRequest& request, const PeopleView& view) {
  Edit edit{.op = request.op};
  switch (request.op) {
    case EditOp::merge:
      fill_merge(edit, request, view);
      break;
    case EditOp::split:
      fill_split(edit, request, view);
      break;
    case EditOp::rename:
      edit.name = checked_person_name(request.name);
      add_anchors(edit, view, person_called(view, only_person(request)).tracks, 0);
      break;
    case EditOp::assign:
      fill_assign(edit, request, view);
      break;
    case EditOp::ignore:
      edit.whole = request.tracks.empty();
      if (edit.whole == request.people.empty())
        misused("people ignore takes one person (id or name) or --tracks");
      add_anchors(edit,
                  view,
                  edit.whole ? person_called(view, only_person(request)).tracks
                             : asked_tracks(request, view),
                  0);
      break;
    case EditOp::undo:
      throw Error(ErrorKind::internal, "an undo needs the log");
  }
  return edit;
}

Edit make_undo(const std::string& edit_id, const std::vector<Edit>& log) {
  Edit edit{.op = EditOp::undo};
  if (edit_id.empty()) {
    const auto held = edits_in_force(log);
    if (held.empty()) misused("there is no decision to undo");
    edit.undoes = held.back().id;
    return edit;
  }
  const auto id = read_edit_id(edit_id);
  const auto found = id ? std::ranges::find(log, *id, &Edit::id) : log.end();
  if (found == log.end()) {
    throw Error(ErrorKind::not_found,
                "there is no decision '" + edit_id + "': see 'screenalytics people log'");
  }
  const auto undone = edits_undone(log);
  if (const auto by = undone.find(*id); by != undone.end())
    misused("decision " + to_text(*id) + " is undone already: 'people undo " + to_text(by->second) +
            "' brings it back");
  edit.undoes = *id;
  return edit;
}

}  // namespace screenalytics
