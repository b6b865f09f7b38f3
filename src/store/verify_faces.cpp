// SPDX-License-Identifier: MIT
#include "core/error.h"
#include "files/atomic_file.h"
#include "store/mapped_npy.h"
#include "store/run_check.h"

#include <cmath>
#include <memory>
#include <span>
#include <string>

namespace screenalytics {
namespace {

/// Float rounding over a row of some hundred numbers stays far below.
constexpr double kLengthTolerance = 1e-3;
/// The inline copy has 7 decimals.
constexpr double kInlineTolerance = 1e-6;

using Skips = std::map<std::string, std::int64_t>;

/// Empty (and a fault) when the matrix cannot be read.
std::unique_ptr<MappedNpy> open_matrix(RunUnderCheck& run, const std::string& name) {
  if (!run.sound(name)) return nullptr;
  try {
    return std::make_unique<MappedNpy>(run.path(name));
  } catch (const Error& error) {
    run.fault(name, error.what());
    return nullptr;
  }
}

std::span<const float> row_of(const MappedNpy& matrix, std::int64_t row) {
  const auto columns = static_cast<std::size_t>(matrix.columns());
  return matrix.values().subspan(static_cast<std::size_t>(row) * columns, columns);
}

double length_of(std::span<const float> row) {
  double sum = 0;
  for (const float x : row) sum += static_cast<double>(x) * static_cast<double>(x);
  return std::sqrt(sum);
}

bool is_unit(double length) { return std::abs(length - 1) <= kLengthTolerance; }

void check_length(RunUnderCheck& run, const char* file, const MappedNpy& matrix, std::int64_t row) {
  const double length = length_of(row_of(matrix, row));
  if (is_unit(length)) return;
  run.fault(
      file,
      "row " + std::to_string(row) + " has length " + std::to_string(length) + " instead of 1");
}

void check_inline(RunUnderCheck& run, const Json& row, std::span<const float> values) {
  const auto copy = row.find("embedding");
  if (copy == row.end()) return;
  bool same = copy->size() == values.size();
  for (std::size_t i = 0; same && i < values.size(); ++i)
    same = std::abs((*copy)[i].get<double>() - static_cast<double>(values[i])) <= kInlineTolerance;
  if (same) return;
  run.fault(
      "faces.jsonl",
      row.at("face_id").get<std::string>() + " has another embedding than its row in faces.npy");
}

void note_pictures(RunUnderCheck& run, const Json& row) {
  for (const char* key : {"crop_rel_path", "thumb_rel_path"}) {
    const auto picture = row.find(key);
    if (picture == row.end()) continue;
    const auto id = row.at("face_id").get<std::string>();
    const auto name = picture->get<std::string>();
    if (!run.pictures.emplace(name, id).second)
      run.fault("faces.jsonl", id + " names the picture " + name + " of another face");
  }
}

/// A track that the row names; null (and a fault) when there is none.
CheckedTrack* track_of(RunUnderCheck& run, const Json& row) {
  if (!run.tracks) return nullptr;
  const auto id = row.at("track_id").get<std::int64_t>();
  if (id >= 1 && id <= std::ssize(*run.tracks))
    return &(*run.tracks)[static_cast<std::size_t>(id - 1)];
  run.fault("faces.jsonl",
            row.at("face_id").get<std::string>() + " names track " + std::to_string(id) +
                ", which tracks.jsonl does not have");
  return nullptr;
}

void check_kept(RunUnderCheck& run, const Json& row, std::int64_t wanted, const MappedNpy* matrix) {
  const auto at = row.at("embedding_row").get<std::int64_t>();
  if (at != wanted) {
    run.fault("faces.jsonl",
              row.at("face_id").get<std::string>() + " has embedding_row " + std::to_string(at) +
                  " instead of " + std::to_string(wanted));
  } else if (matrix != nullptr && at < matrix->rows()) {
    check_inline(run, row, row_of(*matrix, at));
  }
  note_pictures(run, row);
  if (CheckedTrack* track = track_of(run, row); track != nullptr) ++track->kept_rows;
}

void compare_skips(RunUnderCheck& run, const Skips& skips) {
  std::int64_t all = 0;
  for (const auto& [reason, count] : skips) all += count;
  run.compare_count("faces_skipped", "faces.jsonl", all);
  const auto counts = run.manifest.find("counts");
  if (counts == run.manifest.end() || !counts->is_object() || !counts->contains("skips")) return;
  if (Json(skips) != counts->at("skips"))
    run.fault("faces.jsonl", "skips for other reasons than the manifest's counts.skips say");
}

void compare_tracks(RunUnderCheck& run) {
  if (!run.tracks) return;
  std::int64_t from_skipped = 0;
  for (std::size_t i = 0; i < run.tracks->size(); ++i) {
    const CheckedTrack& track = (*run.tracks)[i];
    const std::string name = "track " + std::to_string(i + 1);
    if (track.kept_rows != track.faces) {
      run.fault("faces.jsonl",
                "has " + std::to_string(track.kept_rows) + " kept faces of " + name +
                    ", whose faces_count says " + std::to_string(track.faces));
    }
    from_skipped += track.from_skipped ? 1 : 0;
    if (track.has_embedding != (track.faces > 0 || track.from_skipped)) {
      run.fault("tracks.jsonl",
                name + (track.has_embedding  ? " has an embedding without a kept face"
                        : track.from_skipped ? " says what its embedding is made of, but has none"
                                             : " has kept faces without an embedding"));
    }
    if (track.from_skipped && track.faces > 0)
      run.fault("tracks.jsonl", name + " has an embedding of skipped faces, but kept some");
  }
  // A run made by an early version has none of them, and no such count.
  if (from_skipped > 0 || run.count("tracks_from_skipped"))
    run.compare_count("tracks_from_skipped", "tracks.jsonl", from_skipped);
}

void check_face_rows(RunUnderCheck& run, const MappedNpy* matrix) {
  if (!run.sound("faces.jsonl")) return;
  std::int64_t kept = 0;
  Skips skips;
  run.faces_read = run.for_each_row("faces.jsonl", [&](const Json& row) {
    if (!row.contains("skip")) {
      check_kept(run, row, kept++, matrix);
      return;
    }
    const auto reason = row.at("skip").get<std::string>();
    ++skips[reason.substr(0, reason.find(':'))];
    track_of(run, row);
  });
  if (!run.faces_read) return;
  run.compare_count("faces_kept", "faces.jsonl", kept);
  compare_skips(run, skips);
  compare_tracks(run);
  if (matrix == nullptr || matrix->rows() == kept) return;
  run.fault("faces.npy",
            "has " + std::to_string(matrix->rows()) + " rows, but faces.jsonl keeps " +
                std::to_string(kept) + " faces");
}

void check_track_matrix(RunUnderCheck& run, const MappedNpy& matrix) {
  if (!run.tracks) return;
  if (matrix.rows() != std::ssize(*run.tracks)) {
    run.fault("tracks.npy",
              "has " + std::to_string(matrix.rows()) + " rows, but tracks.jsonl has " +
                  std::to_string(run.tracks->size()) + " tracks");
    return;
  }
  for (std::int64_t row = 0; row < matrix.rows(); ++row) {
    if ((*run.tracks)[static_cast<std::size_t>(row)].has_embedding) {
      check_length(run, "tracks.npy", matrix, row);
    } else if (length_of(row_of(matrix, row)) > 0) {
      run.fault("tracks.npy",
                "row " + std::to_string(row) + " is not zero, although its track has no embedding");
    }
  }
}

/// Pictures that the index files list -> the index file.
std::map<std::string, std::string> read_indices(RunUnderCheck& run) {
  std::map<std::string, std::string> indexed;
  for (const auto& [name, sha256] : run.listed) {
    if (!name.ends_with("/index.json") || !run.sound(name)) continue;
    const std::string top = name.substr(0, name.find('/') + 1);
    if (top != "crops/" && top != "thumbs/") continue;
    try {
      for (const Json& entry : Json::parse(read_text(run.path(name))))
        indexed.emplace(top + entry.at("key").get<std::string>(), name);
    } catch (const Json::exception& error) {
      run.fault(name, std::string("is no list of pictures: ") + error.what());
    }
  }
  return indexed;
}

bool is_face_picture(const std::string& name) {
  return (name.starts_with("crops/") || name.starts_with("thumbs/")) && name.ends_with(".jpg");
}

}  // namespace

void check_faces(RunUnderCheck& run) {
  const auto faces = open_matrix(run, "faces.npy");
  check_face_rows(run, faces.get());
  for (std::int64_t row = 0; faces && row < faces->rows(); ++row)
    check_length(run, "faces.npy", *faces, row);
  const auto tracks = open_matrix(run, "tracks.npy");
  if (!tracks) return;
  check_track_matrix(run, *tracks);
  if (faces && faces->columns() != tracks->columns()) {
    run.fault("tracks.npy",
              "has " + std::to_string(tracks->columns()) + " columns, faces.npy has " +
                  std::to_string(faces->columns()));
  }
}

void check_pictures(RunUnderCheck& run) {
  if (!run.faces_read) return;
  const auto indexed = read_indices(run);
  for (const auto& [picture, face] : run.pictures) {
    if (!run.listed.contains(picture)) {
      run.fault("faces.jsonl", face + " names the picture " + picture + ", which is not there");
    } else if (!indexed.contains(picture)) {
      run.fault(picture, "is in no index.json, although " + face + " names it");
    }
  }
  for (const auto& [picture, index] : indexed) {
    if (!run.listed.contains(picture)) {
      run.fault(index, "lists " + picture + ", which is not there");
    } else if (!run.pictures.contains(picture)) {
      run.fault(index, "lists " + picture + ", which no face in faces.jsonl names");
    }
  }
  for (const auto& [name, sha256] : run.listed) {
    if (is_face_picture(name) && !run.pictures.contains(name) && !indexed.contains(name))
      run.fault(name, "is a picture that no face and no index.json names");
  }
}

}  // namespace screenalytics
