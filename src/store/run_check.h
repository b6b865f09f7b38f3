// SPDX-License-Identifier: MIT
#pragma once

#include "store/json_lines.h"
#include "store/verify_run.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace screenalytics {

/// Faults in the order found; a file that has very many names the first ones and counts the rest.
class FaultList {
 public:
  void add(const std::string& file, const std::string& what);
  std::vector<RunFault> take();

 private:
  std::vector<RunFault> faults_;
  std::map<std::string, std::int64_t> by_file_;
};

/// A row of tracks.jsonl, and what the other files said about it.
struct CheckedTrack {
  std::int64_t samples = 0;
  std::int64_t detections = 0;  ///< rows of detections.jsonl with this track
  std::int64_t faces = 0;       ///< kept faces, as the track says
  std::int64_t kept_rows = 0;   ///< kept rows of faces.jsonl with this track
  bool has_embedding = false;
  bool from_skipped = false;  ///< the embedding is of skipped faces
  std::int64_t owners = 0;    ///< identities, unknown or ignored
};

/// A run while it is checked: what each step learns is there for the next.
struct RunUnderCheck {
  std::filesystem::path folder;
  Json manifest;
  std::map<std::string, std::string> listed;  ///< name -> sha256
  std::set<std::string> broken;               ///< listed, but not as the manifest says
  std::set<std::string> outdated;             ///< listed, but its stage is stale or never ended
  FaultList faults;

  std::optional<std::vector<CheckedTrack>> tracks;  ///< by track id - 1
  std::optional<std::set<std::int64_t>> shots;
  std::map<std::string, std::string> pictures;  ///< named by faces.jsonl -> the face's id
  bool faces_read = false;

  /// Listed, as the manifest says, and of a stage that is done: may be held against its neighbours.
  bool sound(const std::string& name) const {
    return listed.contains(name) && !broken.contains(name) && !outdated.contains(name);
  }
  std::filesystem::path path(const std::string& name) const { return folder / name; }
  void fault(const std::string& file, const std::string& what) { faults.add(file, what); }
  /// Manifest's counts.<name>; empty when it is not there.
  std::optional<std::int64_t> count(const std::string& name) const;
  /// A fault when the manifest's count is another.
  void compare_count(const std::string& name, const std::string& file, std::int64_t found);
  /// Visits every row; false (and a fault) when one cannot be read or lacks what `visit` needs.
  bool for_each_row(const std::string& file, const std::function<void(const Json&)>& visit);
};

/// tracks, shots, samples and detections.
void check_tracks(RunUnderCheck& run);
/// faces.jsonl, faces.npy and tracks.npy.
void check_faces(RunUnderCheck& run);
/// crops and thumbs, their index files and the faces that name them.
void check_pictures(RunUnderCheck& run);
/// identities.json and screentime.json.
void check_people(RunUnderCheck& run);

}  // namespace screenalytics
