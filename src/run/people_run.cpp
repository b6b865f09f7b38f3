// SPDX-License-Identifier: MIT
#include "run/people_run.h"

#include "core/error.h"
#include "run/artifact_stage.h"
#include "run/manifest.h"
#include "store/edit_log.h"
#include "store/facebank.h"

#include <algorithm>
#include <map>
#include <utility>

namespace screenalytics {
namespace {

/// `<data>/<ep_id>/people.jsonl` of the run's episode.
std::filesystem::path log_of(const RunFolder& run) {
  return run.path().parent_path().parent_path() / "people.jsonl";
}

void say_all(const std::vector<std::string>& warnings, Progress& progress) {
  for (const std::string& warning : warnings) progress.warn(warning);
}

std::vector<Track> plain(const std::vector<TrackRecord>& records) {
  std::vector<Track> tracks;
  tracks.reserve(records.size());
  for (const TrackRecord& record : records) tracks.push_back(record.track);
  return tracks;
}

const Edit* edit_called(EditId id, const std::vector<Edit>& log) {
  const auto found = std::ranges::find(log, id, &Edit::id);
  return found == log.end() ? nullptr : &*found;
}

/// What a promotion gave to a facebank goes with it; an undo of that brings only the name back.
void take_seeds_back(const Settings& settings,
                     EditId undone,
                     const std::vector<Edit>& log,
                     Progress& progress) {
  const Edit* edit = edit_called(undone, log);
  if (edit == nullptr) return;
  if (edit->undoes) {
    const Edit* first = edit_called(*edit->undoes, log);
    if (first != nullptr && !first->seeds.empty())
      progress.warn("the seeds of '" + first->cast_id + "' are not in the facebank of show '" +
                    first->show + "' any more: run 'screenalytics people promote' again");
    return;
  }
  for (const std::string& seed : edit->seeds) {
    try {
      Facebank(settings.data, edit->show).remove(edit->cast_id, seed);
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::not_found) throw;  // somebody took it out already
    }
  }
}

std::string found_text(const ResolvedEdit& resolved) {
  bool all = !resolved.groups.empty();
  for (const auto& group : resolved.groups) all = all && !group.empty();
  if (!all) return "no";
  return resolved.lost == 0 ? "yes" : "partly";
}

}  // namespace

PeopleView read_people_view(const RunFolder& run) {
  return {.run_id = run.run_id(), .tracks = read_tracks(run), .identities = read_identities(run)};
}

void mark_runs_stale(const Settings& settings,
                     EditId edit,
                     Progress& progress,
                     const std::string& except) {
  for (const std::string& name : list_runs(settings.data, settings.ep_id)) {
    if (name == except) continue;
    const RunFolder run(settings.data, settings.ep_id, name);
    try {
      mark_stage_stale(run, "cluster", "decision " + to_text(edit) + " came after it");
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::busy && error.kind() != ErrorKind::bad_data) throw;
      progress.warn("run '" + name + "' does not show this decision yet (" + error.what() +
                    "): run 'screenalytics cluster --run-id " + name + "' later");
    }
  }
}

Edit log_decision(const Settings& settings, Edit edit, Progress& progress) {
  EditLogWriter writer(edit_log_path(settings.data, settings.ep_id));
  say_all(writer.log().warnings, progress);
  edit.at = now_text();
  edit = writer.append(std::move(edit));
  mark_runs_stale(settings, edit.id, progress);
  return edit;
}

Edit record_decision(const Settings& settings,
                     const PeopleRequest& request,
                     const RunContext& context) {
  const auto permit = context.budget.acquire(context.stop, Stage::start);
  EditLogWriter writer(edit_log_path(settings.data, settings.ep_id));
  say_all(writer.log().warnings, context.progress);
  Edit edit = request.op == EditOp::undo
                  ? make_undo(request.edit_id, writer.log().edits)
                  : make_edit(request, read_people_view(find_finished_run(settings)));
  edit.at = now_text();
  edit = writer.append(std::move(edit));
  if (edit.undoes) take_seeds_back(settings, *edit.undoes, writer.log().edits, context.progress);
  mark_runs_stale(settings, edit.id, context.progress);
  return edit;
}

EditedIdentities with_decisions(Identities clustered,
                                const RunFolder& run,
                                const std::vector<TrackRecord>& tracks,
                                Progress& progress) {
  const EditLog log = read_edit_log(log_of(run));
  say_all(log.warnings, progress);
  const auto edits = edits_in_force(log.edits);
  if (edits.empty()) return {.identities = std::move(clustered)};
  const auto plain_tracks = plain(tracks);
  const auto resolved = resolve_edits(edits, plain_tracks, read_shots(run), {});
  return apply_edits(std::move(clustered), resolved, plain_tracks);
}

ListedPeople list_people(const PeopleView& view) {
  std::map<TrackId, TimeSpan> seen;
  for (const TrackRecord& record : view.tracks)
    seen[record.track.id] = {record.track.sightings.front().time,
                             record.track.sightings.back().time};
  ListedPeople list{.ignored = view.identities.ignored};
  for (const UnknownTrack& one : view.identities.unknown) list.unknown.push_back(one.track);
  for (const Identity& one : view.identities.identities) {
    ListedPerson person{.identity = one};
    for (const TrackId track : one.tracks) {
      const TimeSpan span = seen[track];
      const bool first = track == one.tracks.front();
      person.span.begin = first ? span.begin : std::min(person.span.begin, span.begin);
      person.span.end = first ? span.end : std::max(person.span.end, span.end);
      person.seen += span.length();
    }
    list.people.push_back(std::move(person));
  }
  return list;
}

std::vector<LoggedEdit> read_decisions(const Settings& settings, Progress& progress) {
  const EditLog log = read_edit_log(edit_log_path(settings.data, settings.ep_id));
  say_all(log.warnings, progress);
  const RunFolder run = find_finished_run(settings);
  const auto resolved = resolve_edits(log.edits, plain(read_tracks(run)), read_shots(run), {});
  const auto undone = edits_undone(log.edits);
  std::vector<LoggedEdit> logged;
  for (const ResolvedEdit& one : resolved) {
    logged.push_back({.edit = one.edit,
                      .undone = undone.contains(one.edit.id),
                      .found = one.edit.op == EditOp::undo ? "-" : found_text(one)});
  }
  return logged;
}

}  // namespace screenalytics
