// SPDX-License-Identifier: MIT
#pragma once

#include "core/edit.h"
#include "files/file_descriptor.h"
#include "store/json_lines.h"

#include <filesystem>
#include <string>
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

 private:
  void put_torn_line_aside();
  void write_line(const std::string& line);
  std::filesystem::path path_;
  FileDescriptor lock_;
  EditLog log_;
};

}  // namespace screenalytics
