// SPDX-License-Identifier: MIT
#pragma once

#include "core/edit.h"
#include "files/file_descriptor.h"
#include "store/json_lines.h"

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace screenalytics {

/// What people.jsonl holds.
struct EditLog {
  std::vector<Edit> edits;            ///< in order; ids rise
  std::vector<std::string> warnings;  ///< lines for people: a last line that was cut off
};

/// `<data>/<ep_id>/people.jsonl`, shared by all runs of the episode.
std::filesystem::path edit_log_path(const std::filesystem::path& data, const std::string& ep_id);

/// Empty when there is none. A last line that a crash cut off is left out and said. Throws
/// Error{io; bad_data with the line for anything else that cannot be read: nothing is dropped}.
EditLog read_edit_log(const std::filesystem::path& path);

/// What a copy of the log holds: its whole lines, each ended; empty when there is none. Throws as
/// read_edit_log.
std::string read_edit_lines(const std::filesystem::path& path);

/// How two copies of a log that is only ever appended to stand to each other.
enum class LogCopies {
  equal,
  ours_goes_on,    ///< theirs is how ours begins
  theirs_goes_on,  ///< ours is how theirs begins
  differ,          ///< each has a decision that the other lacks
};
/// Takes whole lines, as read_edit_lines gives them.
LogCopies compare_edit_logs(std::string_view ours, std::string_view theirs);

/// Throws Error{bad_data} with `name` unless every line is a decision, or empty, and ended.
void check_edit_lines(const std::string& lines, const std::string& name);

Json to_json(const Edit& edit);
/// Throws Error{bad_data}.
Edit read_edit(const Json& row);

/// The one writer of an episode's log, holding it against others (flock on `.people.lock` beside
/// it). A last line that was cut off is put aside into `people.jsonl.torn-1` (-2, ...) first.
/// Throws Error{busy, io, no_space, bad_data}.
class EditLogWriter {
 public:
  explicit EditLogWriter(std::filesystem::path path);
  const EditLog& log() const { return log_; }
  /// The number that the next edit gets.
  EditId next_id() const;
  /// Appends `edit` under that number; on disk when this returns.
  Edit append(Edit edit);
  /// Takes over the decisions that a copy from elsewhere has after ours; on disk when this returns.
  /// Nothing happens unless theirs goes on. `lines` have been checked.
  LogCopies take_over(const std::string& lines);

 private:
  void put_torn_line_aside();
  void write_line(const std::string& line);
  std::filesystem::path path_;
  FileDescriptor lock_;
  EditLog log_;
};

}  // namespace screenalytics
