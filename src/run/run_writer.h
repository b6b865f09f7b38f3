// SPDX-License-Identifier: MIT
#pragma once

#include "run/harvest_faces.h"
#include "run/rows.h"
#include "store/npy.h"
#include "store/run_folder.h"

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace screenalytics {

/// What a run found, for the manifest and the last line on the terminal.
struct RunCounts {
  std::int64_t detections = 0;
  std::int64_t tracks = 0;
  std::int64_t shots = 0;
  std::int64_t forced_splits = 0;
  std::int64_t faces_kept = 0;
  std::int64_t faces_skipped = 0;
  std::int64_t faces_embedded = 0;
  std::int64_t embedder_calls = 0;
  std::int64_t tracks_seeded = 0;
  std::int64_t faces_seeded = 0;
  std::int64_t incoherent_tracks = 0;
  std::int64_t tracks_from_skipped = 0;       ///< embedding of skipped faces, as no face was kept
  std::map<std::string, std::int64_t> skips;  ///< by reason
};

/// Writes a kept face's pictures into the run and their names into `face`. An empty thumbnail or
/// crop is left out.
void save_pictures(const RunFolder& run,
                   const OutputOptions& output,
                   std::span<const std::uint8_t> thumbnail_jpeg,
                   const Image& crop,
                   FaceRow& face);

/// faces.jsonl, faces.npy and the index files of pictures, track by track.
class FaceWriter {
 public:
  FaceWriter(const RunFolder& run,
             const RowOrigin& origin,
             int dimension,
             const OutputOptions& output);
  /// One row; names of pictures that it carries go into the track's index files.
  void write(FaceRow face);
  /// Ends a track: index files of its pictures.
  void end_track(TrackId track);
  std::int64_t kept() const { return vectors_.rows(); }
  void commit();

 private:
  RunFolder run_;
  RowOrigin origin_;
  OutputOptions output_;
  JsonLinesWriter rows_;
  NpyWriter vectors_;
  Json crops_ = Json::array();
  Json thumbs_ = Json::array();
};

/// Writes the artifacts of a harvest as groups of shots come in time order; track ids are given
/// here, from 1 in order of first appearance. Files appear at `commit`.
class RunWriter {
 public:
  /// `faces` false: detections, tracks and shots only (detect-track).
  RunWriter(const RunFolder& run,
            const RowOrigin& origin,
            const Settings& settings,
            int dimension,
            bool faces);
  void set_seeds(std::vector<Seed> seeds) { seeds_ = std::move(seeds); }
  void write(const HarvestedGroup& group);
  /// `index_` names of all artifacts written, relative to the run.
  std::vector<std::string> commit();
  const RunCounts& counts() const { return counts_; }
  /// Frames with kept faces, ascending, for --save-frames.
  const std::vector<FrameIndex>& frames_with_faces() const { return frames_with_faces_; }

 private:
  void write(const HarvestedShot& shot);
  void write_detections(const HarvestedShot& shot, std::int64_t first_id);
  void write_track(const HarvestedTrack& track, const HarvestedShot& shot, TrackId id);
  TrackFaces write_faces(const HarvestedTrack& track, const HarvestedShot& shot, TrackId id);
  void write_skip(TrackId id, const Sighting& sighting, const Skip& skip);
  std::optional<CastMatch> match(const Embedding& embedding) const;

  RunFolder run_;
  RowOrigin origin_;
  const Settings& settings_;
  JsonLinesWriter detections_;
  JsonLinesWriter tracks_;
  JsonLinesWriter shots_;
  int dimension_;
  std::unique_ptr<FaceWriter> faces_;
  std::unique_ptr<NpyWriter> track_vectors_;
  std::vector<Seed> seeds_;
  RunCounts counts_;
  std::vector<FrameIndex> frames_with_faces_;
  Json longest_ = Json::array();
  Json cut_frames_ = Json::array();
  Json cut_times_ = Json::array();
};

/// Where a face lies at a sampled frame that could not be decoded: between its neighbours in the
/// track.
Sighting interpolated(const std::vector<Sighting>& sightings, FrameIndex frame);

}  // namespace screenalytics
