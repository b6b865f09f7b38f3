// SPDX-License-Identifier: MIT
#pragma once

#include "core/geometry.h"
#include "core/ids.h"
#include "core/time.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace screenalytics {

using EditId = Id<struct EditIdTag>;  ///< from 1, in the order of the log

enum class EditOp { merge, split, rename, assign, ignore, undo };

/// A face that a human pointed at: when and where in the upright picture. Track and run only say
/// where it was seen; another run finds the face by time and box.
struct EditAnchor {
  MediaTime time;
  FrameIndex frame;
  Box box;
  TrackId track;
  std::string run;
  int group = 0;  ///< merge: which of the people; split, assign: 0 the tracks, 1 the other person
};

/// One decision of a human about who is who.
struct Edit {
  EditId id;
  std::string at;  ///< UTC
  EditOp op = EditOp::merge;
  bool whole = true;  ///< group 0 is a whole person, not single tracks
  std::vector<EditAnchor> anchors;
  std::string name;                ///< rename, assign: empty when none was given
  std::string cast_id;             ///< assign: empty when none was given
  std::string show;                ///< assign by `people promote`: whose facebank got `seeds`
  std::vector<std::string> seeds;  ///< their ids; an undo takes them out
  std::optional<EditId> undoes;
};

/// "e0001", as the log writes it.
std::string to_text(EditId id);
/// Reads `to_text`'s form, or the number alone; empty for anything else.
std::optional<EditId> read_edit_id(const std::string& text);
const char* name_of(EditOp op);
std::optional<EditOp> read_edit_op(const std::string& text);

/// Decisions that were undone, and by which undo. An undone undo undoes nothing.
std::map<EditId, EditId> edits_undone(const std::vector<Edit>& log);

/// The decisions that hold, in order: without undos and what they undo.
std::vector<Edit> edits_in_force(const std::vector<Edit>& log);

/// Without blanks at both ends. Throws Error{bad_usage} for a name that is empty, longer than 200
/// bytes, not UTF-8, has control characters or looks like an identity id.
std::string checked_person_name(const std::string& text);

}  // namespace screenalytics
