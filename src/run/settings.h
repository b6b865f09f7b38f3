// SPDX-License-Identifier: MIT
#pragma once

#include "budget/cpu_limits.h"
#include "core/library_threads.h"
#include "detect/face_detector.h"
#include "faces/align_face.h"
#include "faces/gates.h"
#include "faces/last_resort.h"
#include "faces/pick_samples.h"
#include "faces/pool_track.h"
#include "faces/split_track.h"
#include "faces/thumbnail.h"
#include "identify/match_cast.h"
#include "infer/model.h"
#include "run/analysis_settings.h"
#include "store/json_lines.h"
#include "track/byte_tracker.h"
#include "video/sampling.h"
#include "video/shot_cuts.h"

#include <filesystem>
#include <string>
#include <vector>

namespace screenalytics {

/// Changes when the same input and settings may give other artifacts.
inline constexpr const char* kPipelineVersion = "1";

struct EmbedOptions {
  bool batch = true;   ///< false: one model call a face
  int batch_size = 8;  ///< faces a model call at most
};

struct ScanOptions {
  double segment_seconds = 20;  ///< unit of parallel work and of resuming
  int workers = 0;              ///< 0 = as many as there are CPU permits
};

struct OutputOptions {
  bool save_crops = false;
  bool save_frames = false;
  bool inline_embeddings = true;
  bool keep_segments = false;
  bool s3_keys = false;  ///< rows of faces say which objects their pictures become
  int jpeg_quality = 85;
};

struct CpuOptions {
  double limit = 300;  ///< percent of one core, for everything together
  CpuMethod method = CpuMethod::automatic;
  bool strict = false;   ///< a run that goes above the cap fails
  int nice = 5;          ///< 0 (as everybody) to 19 (only what others leave)
  bool idle_io = false;  ///< the disk only when nobody else wants it
  LibraryThreads library_threads = LibraryThreads::one;
};

/// Everything that a run is told. Defaults live in the structs of each stage, once.
struct Settings {
  std::string ep_id;
  std::filesystem::path video;
  std::filesystem::path data = "data";
  std::string
      run_id;  ///< empty: the newest unfinished run of this input and settings, or a new one
  std::filesystem::path models;  ///< folder of all packs
  std::string pack = "default";
  std::string show;  ///< facebank to match against; empty: none
  Device device = Device::automatic;
  CpuOptions cpu;

  SamplingOptions sampling;
  ScanOptions scan;
  DetectOptions detect;
  ShotOptions shots;
  ByteTrackOptions track;
  AlignOptions align;
  GateOptions gates;
  LastResortOptions last_resort;
  PickOptions pick;
  EmbedOptions embed;
  PoolOptions pool;
  SplitOptions split;
  MatchOptions match;
  ThumbnailOptions thumbnails;
  OutputOptions output;
  AnalysisSettings analysis;
};

/// Calls field(name, value, help) for every tunable of the stages: the only list of their names.
/// The command line, the manifest and the resume key all walk it.
template <typename S, typename Field>
void describe(S& settings, Field&& field) {
  field("sampling.fps", settings.sampling.fps, "samples a second of video");
  field(
      "sampling.stride", settings.sampling.stride, "look at every n-th frame instead (0: by fps)");
  field("scan.segment-seconds",
        settings.scan.segment_seconds,
        "unit of parallel work and of resuming");
  field("detect.long-side", settings.detect.long_side, "long side of the detector's input, pixels");
  field("detect.min-score", settings.detect.min_score, "weaker detections are dropped");
  field("detect.max-overlap",
        settings.detect.max_overlap,
        "IoU at which the weaker of two detections goes");
  field(
      "detect.full-every",
      settings.detect.full_every,
      "every n-th sample is searched at full size, those between at a half or less (1: all full)");
  field("detect.min-face", settings.detect.min_face, "smaller faces are dropped, source pixels");
  field("shots.sensitivity", settings.shots.sensitivity, "0 finds fewer cuts, 1 finds more");
  field("track.threshold", settings.track.track_threshold, "score for the first association");
  field("track.new-track", settings.track.high_threshold, "score that starts a track");
  field("track.match", settings.track.match_threshold, "largest cost (1 - IoU) of a match");
  field("track.buffer-seconds", settings.track.buffer, "a lost track is kept this long");
  field("align.margin", settings.align.margin, "around a face without landmarks, each side");
  field("gates.min-confidence", settings.gates.min_confidence, "lower: skip low_confidence");
  field("gates.min-contrast", settings.gates.min_contrast, "lower: skip low_contrast");
  field("gates.min-blur", settings.gates.min_blur, "lower variance of the Laplacian: skip blurry");
  field("gates.single-min-confidence",
        settings.gates.single_min_confidence,
        "same, tracks of one sighting");
  field("gates.single-min-contrast",
        settings.gates.single_min_contrast,
        "same, tracks of one sighting");
  field("gates.single-min-blur", settings.gates.single_min_blur, "same, tracks of one sighting");
  field("gates.min-size", settings.gates.min_size, "smaller faces: skip too_small, pixels");
  field("gates.max-yaw", settings.gates.max_yaw, "more: skip extreme_pose, degrees");
  field("gates.max-pitch", settings.gates.max_pitch, "more: skip extreme_pose, degrees");
  field("last-resort.max-samples",
        settings.last_resort.max_samples,
        "blurry faces embedded of a track that has no other (0: none)");
  field("last-resort.min-blur", settings.last_resort.min_blur, "softer ones are never embedded");
  field("pick.max-samples", settings.pick.max_samples, "faces embedded a track");
  field("embed.batch-size", settings.embed.batch_size, "faces a model call at most");
  field("pool.min-agreement",
        settings.pool.min_agreement,
        "samples farther from the mean do not vote (cosine)");
  field("pool.max-spread",
        settings.pool.max_spread,
        "wider tracks get a coherence warning (cosine distance)");
  field("split.max-similarity",
        settings.split.max_similarity,
        "two sides of a track below this are two people");
  field("split.min-cohesion",
        settings.split.min_cohesion,
        "each side must agree with itself this much");
  field("match.min-similarity", settings.match.min_similarity, "cosine to the best seed");
  field("match.min-lead", settings.match.min_lead, "above the best seed of anybody else");
  field("thumbnails.side", settings.thumbnails.side, "pixels, square");
  field("thumbnails.margin", settings.thumbnails.margin, "around the face, each side");
  field("output.jpeg-quality", settings.output.jpeg_quality, "1..100");
}

/// All faults at once, in words; empty = valid.
std::vector<std::string> problems(const Settings& settings);

/// Every setting that decides what the artifacts contain (not: where they go, how fast).
Json to_json(const Settings& settings);

/// How pass 1 looks for faces: who wants every face embedded gets every look at full size.
DetectOptions scan_detection(const Settings& settings);

/// Settings that decide what pass 1 leaves in segment records.
Json scan_settings(const Settings& settings);

}  // namespace screenalytics
