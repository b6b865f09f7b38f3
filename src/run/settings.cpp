// SPDX-License-Identifier: MIT
#include "run/settings.h"

#include <cmath>
#include <type_traits>
#include <utility>

namespace screenalytics {
namespace {

void require(std::vector<std::string>& faults, bool fine, const char* text) {
  if (!fine) faults.emplace_back(text);
}

/// False for a number that is none.
bool within(double value, double least, double most) { return value >= least && value <= most; }

bool is_share(double value) { return within(value, 0, 1); }
bool is_cosine(double value) { return within(value, -1, 1); }
bool is_angle(double value) { return within(value, 0, 180); }
bool is_amount(double value) { return value >= 0 && std::isfinite(value); }

void check_scan(const Settings& s, std::vector<std::string>& faults) {
  require(faults,
          s.cpu.limit >= 1 && std::isfinite(s.cpu.limit),
          "--cpu-limit must be at least 1 (percent of one core)");
  require(faults,
          s.sampling.fps > 0 && s.sampling.fps <= 1000,
          "--fps must be above 0 and at most 1000");
  require(faults, s.sampling.stride >= 0, "--stride must be 1 or more");
  require(faults,
          within(s.scan.segment_seconds, 1, 86400),
          "--scan.segment-seconds must be 1 to 86400");
  require(faults, s.scan.workers >= 0 && s.scan.workers <= 1024, "--workers must be 0 to 1024");
  require(faults,
          s.detect.long_side >= 32 && s.detect.long_side <= 8192,
          "--detect.long-side must be 32 to 8192");
  require(faults, is_share(s.detect.min_score), "--detect.min-score must be 0 to 1");
  require(faults, is_share(s.detect.max_overlap), "--detect.max-overlap must be 0 to 1");
  require(faults, s.detect.full_every >= 1, "--detect.full-every must be at least 1");
  require(faults, s.detect.min_face >= 1, "--detect.min-face must be at least 1");
  require(faults, within(s.align.margin, 0, 10), "--align.margin must be 0 to 10");
  require(faults,
          s.thumbnails.side >= 16 && s.thumbnails.side <= 2048,
          "--thumbnails.side must be 16 to 2048");
  require(faults, within(s.thumbnails.margin, 0, 10), "--thumbnails.margin must be 0 to 10");
}

void check_tracks(const Settings& s, std::vector<std::string>& faults) {
  require(faults, is_share(s.shots.sensitivity), "--shots.sensitivity must be 0 to 1");
  require(faults, is_share(s.track.track_threshold), "--track.threshold must be 0 to 1");
  require(faults, is_share(s.track.high_threshold), "--track.new-track must be 0 to 1");
  require(faults, is_share(s.track.match_threshold), "--track.match must be 0 to 1");
  require(
      faults, s.track.buffer >= Duration::zero(), "--track.buffer-seconds must not be negative");
}

void check_gates(const GateOptions& gates, std::vector<std::string>& faults) {
  require(faults, is_share(gates.min_confidence), "--gates.min-confidence must be 0 to 1");
  require(faults, is_amount(gates.min_contrast), "--gates.min-contrast must not be negative");
  require(faults, is_amount(gates.min_blur), "--gates.min-blur must not be negative");
  require(faults,
          is_share(gates.single_min_confidence),
          "--gates.single-min-confidence must be 0 to 1");
  require(faults,
          is_amount(gates.single_min_contrast),
          "--gates.single-min-contrast must not be negative");
  require(faults, is_amount(gates.single_min_blur), "--gates.single-min-blur must not be negative");
  require(faults, is_amount(gates.min_size), "--gates.min-size must not be negative");
  require(faults, is_angle(gates.max_yaw), "--gates.max-yaw must be 0 to 180");
  require(faults, is_angle(gates.max_pitch), "--gates.max-pitch must be 0 to 180");
}

void check_faces(const Settings& s, std::vector<std::string>& faults) {
  require(faults, s.last_resort.max_samples >= 0, "--last-resort.max-samples must not be negative");
  require(faults, is_amount(s.last_resort.min_blur), "--last-resort.min-blur must not be negative");
  require(faults, s.pick.max_samples >= 1, "--max-samples must be at least 1");
  require(faults,
          s.embed.batch_size >= 1 && s.embed.batch_size <= 1024,
          "--embed.batch-size must be 1 to 1024");
  require(faults, is_cosine(s.pool.min_agreement), "--pool.min-agreement must be -1 to 1");
  require(faults, within(s.pool.max_spread, 0, 2), "--pool.max-spread must be 0 to 2");
  require(faults, is_cosine(s.split.max_similarity), "--split.max-similarity must be -1 to 1");
  require(faults, is_cosine(s.split.min_cohesion), "--split.min-cohesion must be -1 to 1");
  require(faults, is_cosine(s.match.min_similarity), "--match.min-similarity must be -1 to 1");
  require(faults, within(s.match.min_lead, 0, 2), "--match.min-lead must be 0 to 2");
  require(faults,
          s.output.jpeg_quality >= 1 && s.output.jpeg_quality <= 100,
          "--output.jpeg-quality must be 1 to 100");
}

template <typename T>
Json value_of(const T& value) {
  if constexpr (std::is_same_v<T, Duration>) {
    return to_seconds(value);
  } else {
    return value;
  }
}

}  // namespace

std::vector<std::string> problems(const Settings& settings) {
  std::vector<std::string> faults;
  check_scan(settings, faults);
  check_tracks(settings, faults);
  check_gates(settings.gates, faults);
  check_faces(settings, faults);
  for (std::string& fault : problems(settings.analysis)) faults.push_back(std::move(fault));
  return faults;
}

Json to_json(const Settings& settings) {
  Json json;
  describe(settings,
           [&](const char* name, const auto& value, const char*) { json[name] = value_of(value); });
  json["sampling.mode"] = settings.sampling.mode == SamplingMode::cheap ? "cheap" : "exact";
  json["pick.samples"] = settings.pick.samples == SampleChoice::best ? "best" : "all";
  json["embed.batch"] = settings.embed.batch;
  json["output.save-crops"] = settings.output.save_crops;
  json["output.save-frames"] = settings.output.save_frames;
  json["output.inline-embeddings"] = settings.output.inline_embeddings;
  if (settings.cpu.library_threads != LibraryThreads::one) json["library-threads"] = "default";
  json["output.s3-keys"] = settings.output.s3_keys;
  return json;
}

DetectOptions scan_detection(const Settings& settings) {
  DetectOptions options = settings.detect;
  if (settings.pick.samples == SampleChoice::all) options.full_every = 1;
  return options;
}

Json scan_settings(const Settings& settings) {
  Json json = to_json(settings);
  json["detect.full-every"] = scan_detection(settings).full_every;
  for (const char* later : {"shots.",
                            "track.",
                            "pick.",
                            "embed.",
                            "pool.",
                            "split.",
                            "match.",
                            "output.save",
                            "output.inline",
                            "output.s3"}) {
    for (auto it = json.begin(); it != json.end();)
      it = it.key().starts_with(later) ? json.erase(it) : std::next(it);
  }
  return json;
}

}  // namespace screenalytics
