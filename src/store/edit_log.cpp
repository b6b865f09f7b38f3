// SPDX-License-Identifier: MIT
#include "store/edit_log.h"

#include "core/error.h"
#include "files/atomic_file.h"
#include "files/system_error.h"
#include "store/file_lock.h"
#include "store/names.h"

#include <cerrno>
#include <cstddef>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

namespace screenalytics {
namespace {

namespace fs = std::filesystem;

Json to_json(const EditAnchor& anchor) {
  const Box& box = anchor.box;
  Json corners = Json::array();
  for (const float corner : {box.left, box.top, box.right, box.bottom})
    corners.push_back(rounded(static_cast<double>(corner), 3));
  return {{"group", anchor.group},
          {"ts", rounded(to_seconds(anchor.time), 4)},
          {"frame_idx", anchor.frame.value},
          {"bbox_xyxy", std::move(corners)},
          {"track_id", anchor.track.value},
          {"run_id", anchor.run}};
}

EditAnchor read_anchor(const Json& json) {
  const auto& box = json.at("bbox_xyxy");
  return {.time = MediaTime(from_seconds(json.at("ts").get<double>())),
          .frame = {json.at("frame_idx").get<std::int64_t>()},
          .box = {box.at(0).get<float>(),
                  box.at(1).get<float>(),
                  box.at(2).get<float>(),
                  box.at(3).get<float>()},
          .track = {json.at("track_id").get<std::int64_t>()},
          .run = json.at("run_id").get<std::string>(),
          .group = json.value("group", 0)};
}

EditId edit_id_of(const Json& json) {
  if (const auto id = read_edit_id(json.get<std::string>())) return *id;
  throw Error(ErrorKind::bad_data, "not an edit id");
}

Edit edit_of(const Json& row) {
  const auto op = read_edit_op(row.at("op").get<std::string>());
  if (!op) throw Error(ErrorKind::bad_data, "unknown op");
  Edit edit{.id = edit_id_of(row.at("edit_id")),
            .at = row.at("at").get<std::string>(),
            .op = *op,
            .whole = row.value("scope", "person") == "person"};
  for (const Json& anchor : row.at("anchors")) {
    edit.anchors.push_back(read_anchor(anchor));
    const int group = edit.anchors.back().group;
    if (group < 0 || group > static_cast<int>(row.at("anchors").size()))
      throw Error(ErrorKind::bad_data, "a group number is out of range");
  }
  edit.name = row.value("name", "");
  edit.cast_id = row.value("cast_id", "");
  edit.show = row.value("show", "");
  edit.seeds = row.value("seeds", std::vector<std::string>());
  if (row.contains("undoes")) edit.undoes = edit_id_of(row.at("undoes"));
  return edit;
}

/// Where whole lines end, and what they hold.
struct Contents {
  std::vector<Edit> edits;
  std::size_t whole_bytes = 0;
  bool ends_line = true;
};

/// Only the last write can have been cut off: what it left is no JSON, and nothing but line ends
/// and zeros follow.
bool is_torn(const Json& row, const std::string& text, std::size_t end) {
  return row.is_discarded() &&
         text.find_first_not_of(std::string_view("\n\0", 2), end) == std::string::npos;
}

void add_edit(const Json& row, std::vector<Edit>& edits) {
  Edit edit = read_edit(row);
  if (!edits.empty() && edit.id <= edits.back().id)
    throw Error(ErrorKind::bad_data, "its edit_id does not rise");
  edits.push_back(std::move(edit));
}

Contents parse(const std::string& text, const fs::path& path) {
  Contents contents;
  for (std::size_t line_number = 1; contents.whole_bytes < text.size(); ++line_number) {
    const std::size_t begin = contents.whole_bytes;
    const std::size_t newline = text.find('\n', begin);
    const std::size_t end = newline == std::string::npos ? text.size() : newline + 1;
    const std::string line =
        text.substr(begin, newline == std::string::npos ? newline : newline - begin);
    if (line.find_first_not_of(" \t\r") != std::string::npos) {
      const Json row = Json::parse(line, nullptr, false);
      if (is_torn(row, text, end)) return contents;
      try {
        add_edit(row, contents.edits);
      } catch (const Error& error) {
        throw Error(ErrorKind::bad_data,
                    "'" + path.string() + "' line " + std::to_string(line_number) +
                        " cannot be read (" + error.what() +
                        "): correct it, or move the file away to start without decisions");
      }
    }
    contents.whole_bytes = end;
    contents.ends_line = newline != std::string::npos;
  }
  return contents;
}

std::string read_if_there(const fs::path& path) {
  std::error_code ignored;
  return fs::exists(path, ignored) ? read_text(path) : std::string();
}

fs::path free_name_beside(const fs::path& path) {
  for (int number = 1;; ++number) {
    fs::path name = path;
    name += ".torn-" + std::to_string(number);
    if (!fs::exists(name)) return name;
  }
}

FileDescriptor take_lock(const fs::path& path) {
  if (!fs::is_directory(path.parent_path())) {
    throw Error(ErrorKind::not_found,
                "there is no episode in '" + path.parent_path().string() +
                    "': run 'screenalytics harvest' first");
  }
  auto lock = try_lock_file(path.parent_path() / ".people.lock");
  if (lock) return std::move(*lock);
  throw Error(ErrorKind::busy,
              "another process is writing '" + path.string() + "': try again when it is done");
}

void sync(const FileDescriptor& file, const fs::path& path) {
  if (::fsync(file.get()) != 0) throw write_error("sync", path, errno);
}

}  // namespace

fs::path edit_log_path(const fs::path& data, const std::string& ep_id) {
  check_name("episode id", ep_id);
  return data / ep_id / "people.jsonl";
}

EditLog read_edit_log(const fs::path& path) {
  const std::string text = read_if_there(path);
  Contents contents = parse(text, path);
  EditLog log{.edits = std::move(contents.edits)};
  if (contents.whole_bytes < text.size())
    log.warnings.push_back("the last line of '" + path.string() +
                           "' was cut off when it was written and does not count: make that "
                           "decision again");
  return log;
}

std::string read_edit_lines(const fs::path& path) {
  std::string text = read_if_there(path);
  const Contents contents = parse(text, path);
  text.resize(contents.whole_bytes);
  if (!contents.ends_line) text += '\n';
  return text;
}

LogCopies compare_edit_logs(std::string_view ours, std::string_view theirs) {
  if (ours == theirs) return LogCopies::equal;
  if (ours.starts_with(theirs)) return LogCopies::ours_goes_on;
  return theirs.starts_with(ours) ? LogCopies::theirs_goes_on : LogCopies::differ;
}

void check_edit_lines(const std::string& lines, const std::string& name) {
  const Contents contents = parse(lines, name);
  if (contents.whole_bytes == lines.size() && contents.ends_line) return;
  throw Error(ErrorKind::bad_data, "'" + name + "' ends in the middle of a line");
}

Json to_json(const Edit& edit) {
  Json row = {{"edit_id", to_text(edit.id)}, {"at", edit.at}, {"op", name_of(edit.op)}};
  row["scope"] = edit.whole ? "person" : "tracks";
  row["anchors"] = Json::array();
  for (const EditAnchor& anchor : edit.anchors) row["anchors"].push_back(to_json(anchor));
  if (!edit.name.empty()) row["name"] = edit.name;
  if (!edit.cast_id.empty()) row["cast_id"] = edit.cast_id;
  if (!edit.show.empty()) row["show"] = edit.show;
  if (!edit.seeds.empty()) row["seeds"] = edit.seeds;
  if (edit.undoes) row["undoes"] = to_text(*edit.undoes);
  return row;
}

Edit read_edit(const Json& row) {
  try {
    return edit_of(row);
  } catch (const Json::exception& error) {
    throw Error(ErrorKind::bad_data, error.what());
  }
}

EditLogWriter::EditLogWriter(fs::path path) : path_(std::move(path)), lock_(take_lock(path_)) {
  log_ = read_edit_log(path_);
  put_torn_line_aside();
}

EditId EditLogWriter::next_id() const {
  return {log_.edits.empty() ? 1 : log_.edits.back().id.value + 1};
}

void EditLogWriter::put_torn_line_aside() {
  const std::string text = read_if_there(path_);
  const Contents contents = parse(text, path_);
  if (contents.whole_bytes < text.size()) {
    const fs::path aside = free_name_beside(path_);
    write_atomically(aside, std::string_view(text).substr(contents.whole_bytes));
    std::error_code error;
    fs::resize_file(path_, contents.whole_bytes, error);
    if (error) throw write_error("shorten", path_, error.value());
    log_.warnings.push_back("what was left of it is in '" + aside.string() + "'");
  }
  // A whole row whose line end is missing.
  if (!contents.edits.empty() && !contents.ends_line) write_line("\n");
}

void EditLogWriter::write_line(const std::string& line) {
  const bool is_new = !fs::exists(path_);
  const FileDescriptor file(::open(path_.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0666));
  if (!file.is_open()) throw write_error("open", path_, errno);
  const off_t before = ::lseek(file.get(), 0, SEEK_END);
  std::size_t done = 0;
  while (done < line.size()) {
    const ssize_t written = ::write(file.get(), line.data() + done, line.size() - done);
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) {
      const int failure = errno;
      // A decision that was refused is not half there either.
      if (::ftruncate(file.get(), before) != 0) throw write_error("shorten", path_, failure);
      throw write_error("write", path_, failure);
    }
    done += static_cast<std::size_t>(written);
  }
  sync(file, path_);
  if (!is_new) return;
  const FileDescriptor folder(
      ::open(path_.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (folder.is_open()) sync(folder, path_.parent_path());
}

LogCopies EditLogWriter::take_over(const std::string& lines) {
  const LogCopies copies = compare_edit_logs(read_edit_lines(path_), lines);
  if (copies != LogCopies::theirs_goes_on) return copies;
  write_atomically(path_, lines);
  log_ = read_edit_log(path_);
  return copies;
}

Edit EditLogWriter::append(Edit edit) {
  edit.id = next_id();
  write_line(to_json(edit).dump() + "\n");
  log_.edits.push_back(edit);
  return edit;
}

}  // namespace screenalytics
