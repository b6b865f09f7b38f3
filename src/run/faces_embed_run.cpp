// SPDX-License-Identifier: MIT
#include "core/error.h"
#include "core/memory_watch.h"
#include "faces/pick_samples.h"
#include "files/folders.h"
#include "run/artifact_stage.h"
#include "run/cut_face.h"
#include "run/embed_queue.h"
#include "run/harvest_run.h"
#include "run/manifest.h"
#include "run/prepare_run.h"
#include "run/run_choice.h"
#include "run/save_frames.h"
#include "run/worker_pool.h"
#include "video/frame_decoder.h"

#include <algorithm>
#include <filesystem>
#include <future>
#include <map>
#include <optional>
#include <utility>

namespace screenalytics {
namespace {

/// A sighting that was chosen to be embedded.
struct Chosen {
  std::size_t track = 0;
  std::size_t sighting = 0;
};

/// What became of it.
struct EmbeddedFace {
  std::optional<Embedding> embedding;
  std::optional<Skip> skip;
  std::string thumb;
  std::string crop;
  bool last_resort = false;  ///< stays skipped: no pictures, no row of its own in faces.npy
};

struct TrackWork {
  Track track;
  std::vector<std::optional<Skip>> skips;
  std::map<std::size_t, EmbeddedFace> faces;
};

struct EmbedTotals {
  std::int64_t calls = 0;
  std::int64_t faces = 0;
  FrameDecoderStats decoder;
};

void add(EmbedTotals& totals, const EmbedTotals& one) {
  totals.calls += one.calls;
  totals.faces += one.faces;
  totals.decoder.hits += one.decoder.hits;
  totals.decoder.misses += one.decoder.misses;
  totals.decoder.decode = totals.decoder.decode + one.decoder.decode;
}

Settings with_video(Settings settings, const Json& manifest) {
  if (settings.video.empty()) settings.video = manifest.at("input").at("path").get<std::string>();
  return settings;
}

/// faces-embed from start to manifest.
class FacesEmbed {
 public:
  FacesEmbed(const Settings& settings, const RunContext& context)
      : context_(context),
        began_(since_process_start()),
        run_(find_run(settings)),
        lock_(take_run(run_, context)),
        manifest_(held_manifest(run_)),
        settings_(with_video(settings, manifest_)),
        prepared_(prepare_run(settings_, context)),
        pool_(settings_.scan.workers > 0 ? settings_.scan.workers : context.budget.cores()) {
    context_.progress.expect_no_more_threads();
    if (prepared_.sha256 != manifest_.at("input").at("sha256").get<std::string>()) {
      throw Error(ErrorKind::bad_data,
                  "'" + settings_.video.string() + "' is not the video that run '" + run_.run_id() +
                      "' was made from: run detect-track again");
    }
  }

  RunResult run() {
    context_.progress.begin(run_.ep_id(), run_.run_id(), run_.file("progress.json"));
    read_tracks();
    hold_manifest(run_);
    for (const char* folder : {"crops", "thumbs", "frames"}) remove_folder(run_.file(folder));
    embed();
    write();
    return {run_, counts_, finish()};
  }

 private:
  void read_tracks() {
    auto permit = context_.budget.acquire(context_.stop, Stage::write);
    JsonLinesReader reader(run_.file("tracks.jsonl"));
    const VideoInfo& video = prepared_.index.info;
    while (const auto row = reader.next()) {
      TrackWork work{.track = read_track(*row)};
      if (work.track.sightings.back().frame.value >= std::ssize(prepared_.index.frames)) {
        throw Error(ErrorKind::bad_data,
                    "tracks.jsonl names a frame beyond the end of the video: run detect-track "
                    "again");
      }
      const auto good = pass_gates(
          work.track.sightings, video.size, video.pixel_aspect, settings_.gates, work.skips);
      for (const std::size_t i : pick_samples(work.track.sightings, good, settings_.pick)) {
        chosen_[work.track.sightings[i].frame].push_back({tracks_.size(), i});
        work.faces[i];
      }
      for (const std::size_t i : last_resort_samples(
               work.track.sightings, work.skips, settings_.gates, settings_.last_resort)) {
        chosen_[work.track.sightings[i].frame].push_back({tracks_.size(), i});
        work.faces[i].last_resort = true;
      }
      tracks_.push_back(std::move(work));
    }
  }

  void embed() {
    std::int64_t faces = 0;
    for (const auto& [frame, list] : chosen_) faces += static_cast<std::int64_t>(list.size());
    context_.progress.phase("faces", faces, "faces");
    std::vector<std::future<EmbedTotals>> jobs;
    for (const Segment& segment :
         plan_segments(prepared_.index, from_seconds(settings_.scan.segment_seconds))) {
      if (chosen_.lower_bound(segment.first) == chosen_.lower_bound(segment.end)) continue;
      jobs.push_back(pool_.submit([this, segment] { return embed(segment); }));
    }
    for (auto& job : jobs) add(totals_, job.get());
  }

  /// Decodes the frames of one segment that hold chosen faces, each once, in order.
  EmbedTotals embed(const Segment& segment) {
    const MemoryWatch memory;
    auto permit = context_.budget.acquire(context_.stop, Stage::decode);
    FrameDecoder decoder(prepared_.index, 1);
    EmbedQueue queue(*prepared_.models.embedder, settings_.embed);
    const auto end = chosen_.lower_bound(segment.end);
    for (auto entry = chosen_.lower_bound(segment.first); entry != end; ++entry) {
      permit.enter(Stage::decode);
      const auto frame = decoder.frame(entry->first);
      for (const Chosen& face : entry->second) {
        EmbeddedFace& out = tracks_[face.track].faces.at(face.sighting);
        if (frame) {
          cut(*frame->picture, face, out, queue, permit);
        } else {
          out.skip = Skip{SkipReason::bad_source_frame, std::nullopt};
        }
      }
      context_.progress.add(static_cast<std::int64_t>(entry->second.size()));
    }
    permit.enter(Stage::embed);
    queue.flush();
    memory.check();
    return {.calls = queue.calls(), .faces = queue.faces(), .decoder = decoder.stats()};
  }

  void cut(const Picture& picture,
           const Chosen& chosen,
           EmbeddedFace& out,
           EmbedQueue& queue,
           CpuBudget::Permit& permit) {
    const TrackWork& work = tracks_[chosen.track];
    const Sighting& sighting = work.track.sightings[chosen.sighting];
    permit.enter(Stage::crop);
    const CutFace face = cut_face(picture, sighting.detection, settings_);
    if (!face.crop) {
      out.skip = Skip{SkipReason::off_frame, std::nullopt};
      return;
    }
    permit.enter(Stage::embed);
    queue.add(*face.crop, [&out](std::optional<Embedding> embedding) {
      out.embedding = std::move(embedding);
      if (!out.embedding) out.skip = Skip{SkipReason::zero_norm_embedding, std::nullopt};
    });
    if (out.last_resort) return;
    permit.enter(Stage::images);
    FaceRow names{.track = work.track.id, .sighting = sighting};
    save_pictures(run_,
                  settings_.output,
                  thumbnail_jpeg(picture, sighting.detection, settings_),
                  *face.crop,
                  names);
    out.thumb = names.thumb;
    out.crop = names.crop;
  }

  void write() {
    context_.progress.phase("write", 0, "files");
    const auto seeds = load_seeds(settings_, prepared_.models, context_);
    auto permit = context_.budget.acquire(context_.stop, Stage::write);
    const LoadedModels& models = prepared_.models;
    const RowOrigin origin{run_.ep_id(), models.detector_card().name, models.embedder_card().name};
    const int dimension = models.embedder->dimension();
    FaceWriter faces(run_, origin, dimension, settings_.output);
    NpyWriter vectors(run_.file("tracks.npy"), dimension);
    JsonLinesReader old_rows(run_.file("tracks.jsonl"));
    JsonLinesWriter rows(run_.file("tracks.jsonl"));
    const auto match = [&](const Embedding& embedding) {
      return seeds.empty() ? std::nullopt : match_cast(embedding, seeds, settings_.match);
    };
    for (const TrackWork& work : tracks_) {
      Json row = *old_rows.next();
      for (const char* key : {"faces_count",
                              "face_embedding_row",
                              "face_embedding_model",
                              "face_embedding_samples",
                              "face_embedding_spread",
                              "face_embedding_from",
                              "coherence_warning",
                              "thumb_rel_path",
                              "seed_cast_id",
                              "seed_similarity"})
        row.erase(key);
      permit.enter(Stage::write);
      TrackFaces summary = write_rows(work, faces, match);
      permit.enter(Stage::pool);
      const auto pooled = pool(work);
      summary.embedding_row = vectors.rows();
      if (pooled) {
        summary.pooled = &*pooled;
        summary.from_skipped = summary.kept == 0;
        counts_.tracks_from_skipped += summary.from_skipped ? 1 : 0;
        summary.seed = match(pooled->embedding);
        vectors.write(pooled->embedding.values());
        counts_.tracks_seeded += summary.seed ? 1 : 0;
        counts_.incoherent_tracks += summary.from_skipped || pooled->coherent ? 0 : 1;
      } else {
        vectors.write(std::vector<float>(static_cast<std::size_t>(dimension), 0.0F));
      }
      add_faces(row, origin, summary);
      rows.write(row);
      ++counts_.tracks;
    }
    faces.commit();
    vectors.commit();
    rows.commit();
  }

  template <typename Match>
  TrackFaces write_rows(const TrackWork& work, FaceWriter& faces, const Match& match) {
    TrackFaces summary;
    float best = -1;
    for (std::size_t i = 0; i < work.track.sightings.size(); ++i) {
      const auto chosen = work.faces.find(i);
      const bool kept = chosen != work.faces.end() && !chosen->second.last_resort;
      const auto& skip = kept ? chosen->second.skip : work.skips[i];
      FaceRow face{.track = work.track.id, .sighting = work.track.sightings[i], .skip = skip};
      if (skip) {
        faces.write(std::move(face));
        ++counts_.faces_skipped;
        ++counts_.skips[name_of(skip->reason)];
        continue;
      }
      if (!kept) continue;
      face.embedding = &*chosen->second.embedding;
      face.thumb = chosen->second.thumb;
      face.crop = chosen->second.crop;
      face.seed = match(*face.embedding);
      counts_.faces_seeded += face.seed ? 1 : 0;
      ++counts_.faces_kept;
      ++summary.kept;
      if (settings_.output.save_frames) frames_with_faces_.push_back(face.sighting.frame);
      if (face.sighting.quality.total > best) {
        best = face.sighting.quality.total;
        summary.thumb = face.thumb;
      }
      faces.write(std::move(face));
    }
    faces.end_track(work.track.id);
    return summary;
  }

  std::optional<PooledTrack> pool(const TrackWork& work) const {
    std::vector<Embedding> samples;
    std::vector<float> qualities;
    for (const auto& [i, face] : work.faces) {
      if (!face.embedding) continue;
      samples.push_back(*face.embedding);
      qualities.push_back(work.track.sightings[i].quality.total);
    }
    return pool_track(samples, qualities, settings_.pool);
  }

  Json finish() {
    auto permit = context_.budget.acquire(context_.stop, Stage::images);
    std::ranges::sort(frames_with_faces_);
    const auto repeated = std::ranges::unique(frames_with_faces_);
    frames_with_faces_.erase(repeated.begin(), repeated.end());
    if (!frames_with_faces_.empty())
      save_frames(prepared_.index, frames_with_faces_, run_, settings_.output.jpeg_quality);
    permit.enter(Stage::hash);
    std::vector<std::string> names{"detections.jsonl",
                                   "tracks.jsonl",
                                   "shots.jsonl",
                                   "track_metrics.json",
                                   "faces.jsonl",
                                   "faces.npy",
                                   "tracks.npy"};
    // A run made by an early version lacks it; screen time then asks for detect-track.
    if (std::filesystem::exists(run_.file("samples.jsonl"))) names.emplace_back("samples.jsonl");
    for (const char* folder : {"crops", "thumbs", "frames"}) add_files(run_, folder, names);
    counts_.embedder_calls = totals_.calls;
    counts_.faces_embedded = totals_.faces;
    manifest_["stages"]["faces_embed"] = {{"status", "done"},
                                          {"finished_at", now_text()},
                                          {"command", context_.command},
                                          {"settings", to_json(settings_)},
                                          {"cpu", describe_cpu(context_, began_)}};
    mark_later_stale(manifest_, "faces_embed");
    Json& counts = manifest_["counts"];
    for (const char* key : {"faces_kept",
                            "faces_skipped",
                            "skips",
                            "faces_embedded",
                            "faces_seeded",
                            "tracks_seeded",
                            "incoherent_tracks",
                            "tracks_from_skipped"})
      counts[key] = describe_counts(counts_)[key];
    counts["model_calls"]["embedder"] = totals_.calls;
    const FrameDecoderStats& decoder = totals_.decoder;
    manifest_["frame_decoder"] = {{"hits", decoder.hits},
                                  {"misses", decoder.misses},
                                  {"seeks", decoder.decode.seeks},
                                  {"frames_decoded", decoder.decode.frames_decoded},
                                  {"retries", decoder.decode.retries}};
    context_.progress.say("decoder: " + std::to_string(decoder.misses) +
                          " frames decoded for faces, " + std::to_string(decoder.hits) +
                          " from the cache, " + std::to_string(decoder.decode.seeks) + " seeks");
    if (const auto lost = counts_.skips["bad_source_frame"]; lost > 0)
      context_.progress.warn(std::to_string(lost) +
                             " face(s) lie on frames that could not be decoded");
    manifest_["models"] = describe_models(prepared_.models);
    manifest_["artifacts"] = describe_artifacts(run_, names);
    sync_file_system(run_.path());
    write_atomically(run_.file("manifest.json"), manifest_.dump(1) + "\n");
    drop_held_manifest(run_);
    return manifest_;
  }

  const RunContext& context_;
  const CpuStart began_;
  RunFolder run_;
  RunLock lock_;
  Json manifest_;
  const Settings settings_;
  PreparedRun prepared_;
  std::vector<TrackWork> tracks_;
  std::map<FrameIndex, std::vector<Chosen>> chosen_;
  EmbedTotals totals_;
  RunCounts counts_;
  std::vector<FrameIndex> frames_with_faces_;
  WorkerPool pool_;  // last: its threads use everything above
};

}  // namespace

RunResult embed_faces(const Settings& settings, const RunContext& context) {
  return FacesEmbed(settings, context).run();
}

}  // namespace screenalytics
