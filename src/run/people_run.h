// SPDX-License-Identifier: MIT
#pragma once

#include "core/edit.h"
#include "identify/apply_edits.h"
#include "run/harvest_run.h"
#include "store/run_artifacts.h"

#include <string>
#include <vector>

namespace screenalytics {

/// A decision in the words of a human; people by id ("id_0003") or name.
struct PeopleRequest {
  EditOp op = EditOp::merge;
  std::vector<std::string> people;   ///< merge: all; split, rename, ignore: one; assign: to whom
  std::vector<std::int64_t> tracks;  ///< split, assign, ignore
  std::string name;                  ///< rename
  std::string cast_id;               ///< assign
  std::string edit_id;               ///< undo; empty: the newest that holds
};

/// What a human saw who decides: one run's tracks and people.
struct PeopleView {
  std::string run_id;
  std::vector<TrackRecord> tracks;  ///< by id
  Identities identities;
};
PeopleView read_people_view(const RunFolder& run);

/// The decision bound to the faces that were seen; not yet numbered. Throws Error{bad_usage,
/// not_found} that says which person or track is meant.
Edit make_edit(const PeopleRequest& request, const PeopleView& view);
/// The undo of `edit_id`, or of the newest decision that holds. Throws Error{bad_usage, not_found}.
Edit make_undo(const std::string& edit_id, const std::vector<Edit>& log);

/// The one person of that id or name. Throws Error{not_found, bad_usage}.
const Identity& person_called(const PeopleView& view, const std::string& word);

/// People of the episode's runs, but for the run `except`, were found before this decision: they
/// become stale. A run that somebody works on is said instead.
void mark_runs_stale(const Settings& settings,
                     EditId edit,
                     Progress& progress,
                     const std::string& except = {});

/// Appends a decision, bound to faces already, to the episode's log; every run of the episode that
/// has people becomes stale.
Edit log_decision(const Settings& settings, Edit edit, Progress& progress);

/// Appends the decision to the episode's log; every run of the episode that has people becomes
/// stale. The run is `settings.run_id` or the newest finished one. The
/// undo of a promotion takes its seeds out of the show's facebank.
Edit record_decision(const Settings& settings,
                     const PeopleRequest& request,
                     const RunContext& context);

/// What clustering found in a run, with the decisions of the episode's log applied. A log whose
/// last line was cut off is said on `progress`.
EditedIdentities with_decisions(Identities clustered,
                                const RunFolder& run,
                                const std::vector<TrackRecord>& tracks,
                                Progress& progress);

/// People as a run has them, with when they are seen.
struct ListedPerson {
  Identity identity;
  TimeSpan span;
  Duration seen{0};  ///< first to last sighting of each track, added up
};
struct ListedPeople {
  std::vector<ListedPerson> people;
  std::vector<TrackId> unknown;
  std::vector<TrackId> ignored;
};
ListedPeople list_people(const PeopleView& view);

/// A decision of the log and whether it holds in a run.
struct LoggedEdit {
  Edit edit;
  bool undone = false;
  std::string found;  ///< "yes", "partly", "no"; "-" for undos
};
std::vector<LoggedEdit> read_decisions(const Settings& settings, Progress& progress);

}  // namespace screenalytics
