// SPDX-License-Identifier: MIT
#include "run/harvest_run.h"

#include "core/error.h"
#include "files/atomic_file.h"
#include "files/folders.h"
#include "run/artifact_stage.h"
#include "run/disk_need.h"
#include "run/find_shots.h"
#include "run/follow_tracks.h"
#include "run/manifest.h"
#include "run/prepare_run.h"
#include "run/run_choice.h"
#include "run/save_frames.h"
#include "run/scan_segment.h"
#include "run/sync_plan.h"
#include "run/worker_pool.h"
#include "run/write_samples.h"

#include <deque>
#include <future>
#include <set>
#include <utility>

namespace screenalytics {
namespace {

/// Faces waiting before a group of shots goes to a worker: enough for full batches, small enough to
/// spread.
constexpr std::size_t kGroupFaces = 64;
/// Detections waiting likewise: bounds the memory that long shots take.
constexpr std::size_t kGroupDetections = 2000;

/// What pass 1 did, over all segments.
struct ScanTotals {
  SegmentSummary sum;
  std::int64_t resumed = 0;
  std::vector<FrameIndex> missing;
  std::int64_t decoded_for_cuts = 0;
};

void add(ScanTotals& totals, const SegmentSummary& one) {
  totals.sum.frames_decoded += one.frames_decoded;
  totals.sum.packets_skipped += one.packets_skipped;
  totals.sum.packets_damaged += one.packets_damaged;
  totals.sum.frames_damaged += one.frames_damaged;
  totals.sum.retries += one.retries;
  totals.sum.detector_calls += one.detector_calls;
  totals.missing.insert(totals.missing.end(), one.missing.begin(), one.missing.end());
}

/// One harvest from start to manifest.
class Harvest {
 public:
  Harvest(const Settings& settings, HarvestStage stage, const RunContext& context)
      : settings_(settings),
        stage_(stage),
        context_(context),
        began_(since_process_start()),
        started_at_(now_text()),
        prepared_(prepare_run(settings, context)),
        plan_(plan_scan(
            prepared_.index, settings, prepared_.sha256, describe_models(prepared_.models))),
        taken_(take_chosen_run(settings, plan_.key, context)),
        run_(taken_.run),
        pool_(settings.scan.workers > 0 ? settings.scan.workers : context.budget.cores()) {
    context_.progress.expect_no_more_threads();
  }

  RunResult run() {
    check_room();
    context_.progress.begin(run_.ep_id(), run_.run_id(), run_.file("progress.json"));
    begin_run(run_, plan_.key);
    const std::vector<Shot> shots = scan();
    const LoadedModels& models = prepared_.models;
    const RowOrigin origin{settings_.ep_id,
                           models.detector_card().name,
                           models.embedder_card().name,
                           settings_.output.s3_keys ? object_name(run_, "") : std::string()};
    for (const char* folder : {"crops", "thumbs", "frames"}) {
      remove_folder(run_.file(folder));
    }
    RunWriter writer(
        run_, origin, settings_, models.embedder->dimension(), stage_ == HarvestStage::harvest);
    writer.set_seeds(load_seeds(settings_, models, context_));
    follow(shots, writer);
    Json manifest = finish(writer, shots);
    return {run_, writer.counts(), std::move(manifest)};
  }

 private:
  /// Before anything of an earlier run is touched.
  void check_room() const {
    const DiskNeed need = disk_need(plan_, settings_);
    const std::uint64_t there = bytes_below(run_.segments());
    if (const auto warning = check_disk(need, there, free_bytes(run_.path()), run_.path()))
      context_.progress.warn(*warning);
  }

  std::vector<Shot> scan() {
    context_.progress.phase(
        "scan", static_cast<std::int64_t>(prepared_.index.frames.size()), "frames");
    std::vector<std::future<bool>> scans;
    scans.reserve(plan_.segments.size());
    for (const Segment& segment : plan_.segments)
      scans.push_back(pool_.submit([this, &segment] { return scan(segment); }));
    ShotSearch search(prepared_.index, settings_.shots);
    for (std::size_t i = 0; i < scans.size(); ++i) {
      totals_.resumed += scans[i].get() ? 1 : 0;
      auto permit = context_.budget.acquire(context_.stop, Stage::shots);
      auto file = open(plan_.segments[i]);
      add(totals_, file->summary());
      while (const auto frame = file->next()) search.push(*frame);
    }
    if (totals_.resumed > 0) {
      context_.progress.say("went on with run " + run_.run_id() + ": " +
                            std::to_string(totals_.resumed) + " of " +
                            std::to_string(scans.size()) + " segments were there already");
    }
    videos_.close_idle();
    auto permit = context_.budget.acquire(context_.stop, Stage::shots);
    auto shots = search.finish();
    totals_.decoded_for_cuts = search.frames_decoded_again();
    return shots;
  }

  /// True when a finished record was there already.
  bool scan(const Segment& segment) {
    const auto path = run_.segment(segment.number);
    auto permit = context_.budget.acquire(context_.stop, Stage::write);
    if (SegmentFile::open(path, plan_.key)) {
      context_.progress.add(segment.end.value - segment.first.value);
      return true;
    }
    if (context_.stop.stop_requested()) throw Error(ErrorKind::cancelled, "stopped");
    scan_segment(
        plan_, videos_, segment, prepared_.models, settings_, path, permit, context_.progress);
    return false;
  }

  std::shared_ptr<SegmentFile> open(const Segment& segment) const {
    auto file = SegmentFile::open(run_.segment(segment.number), plan_.key);
    if (!file) {
      throw Error(ErrorKind::bad_data,
                  "segment record '" + run_.segment(segment.number).string() +
                      "' was changed while the run was reading it: run the same command again");
    }
    return std::make_shared<SegmentFile>(std::move(*file));
  }

  void follow(const std::vector<Shot>& shots, RunWriter& writer) {
    context_.progress.phase(
        "faces", static_cast<std::int64_t>(prepared_.index.frames.size()), "frames");
    TrackFollower follower(shots, settings_.track);
    for (const Segment& segment : plan_.segments) {
      follow(segment, follower);
      context_.progress.set(segment.end.value);
      write_ready(writer, static_cast<std::size_t>(2 * context_.budget.cores()));
    }
    {
      auto permit = context_.budget.acquire(context_.stop, Stage::track);
      for (FollowedShot& shot : follower.finish()) gather(std::move(shot));
    }
    submit_group();
    write_ready(writer, 0);
  }

  void follow(const Segment& segment, TrackFollower& follower) {
    auto permit = context_.budget.acquire(context_.stop, Stage::track);
    const auto file = open(segment);
    for (const FrameIndex frame : file->summary().missing) follower.add_missing(frame);
    while (const auto frame = file->next()) {
      if (!frame->sampled) continue;
      for (FollowedShot& shot : follower.step(*frame, file)) gather(std::move(shot));
    }
  }

  void gather(FollowedShot shot) {
    for (const FollowedTrack& track : shot.tracks) {
      gathered_faces_ += std::min<std::size_t>(
          track.sightings.size(), static_cast<std::size_t>(settings_.pick.max_samples));
    }
    gathered_detections_ += shot.detections.size();
    gathered_.push_back(std::move(shot));
    if (gathered_faces_ >= kGroupFaces || gathered_detections_ >= kGroupDetections) submit_group();
  }

  void submit_group() {
    if (gathered_.empty()) return;
    groups_.push_back(pool_.submit([this, shots = std::move(gathered_)]() mutable {
      auto permit = context_.budget.acquire(context_.stop, Stage::embed);
      return harvest_faces(
          std::move(shots), prepared_.index.info, prepared_.models, settings_, permit);
    }));
    gathered_.clear();
    gathered_faces_ = 0;
    gathered_detections_ = 0;
  }

  /// Writes finished groups in order until at most `left` are under way.
  void write_ready(RunWriter& writer, std::size_t left) {
    while (groups_.size() > left) {
      const HarvestedGroup group = groups_.front().get();
      groups_.pop_front();
      auto permit = context_.budget.acquire(context_.stop, Stage::write);
      writer.write(group);
    }
  }

  Json finish(RunWriter& writer, const std::vector<Shot>& shots) {
    context_.progress.phase("write", 0, "files");
    auto permit = context_.budget.acquire(context_.stop, Stage::write);
    auto names = writer.commit();
    write_samples(
        run_.file("samples.jsonl"), prepared_.index, plan_.samples, totals_.missing, shots);
    names.emplace_back("samples.jsonl");
    if (!writer.frames_with_faces().empty()) {
      permit.enter(Stage::images);
      save_frames(prepared_.index, writer.frames_with_faces(), run_, settings_.output.jpeg_quality);
    }
    for (const char* folder : {"crops", "thumbs", "frames"}) add_files(run_, folder, names);
    permit.enter(Stage::hash);
    warn_about_losses(writer.counts());
    Json manifest = describe(writer.counts());
    mark_leftovers_stale(
        manifest, run_, stage_ == HarvestStage::harvest ? "faces_embed" : "detect_track");
    manifest["artifacts"] = describe_artifacts(run_, names);
    permit.enter(Stage::write);
    sync_file_system(run_.path());
    write_atomically(run_.file("manifest.json"), manifest.dump(1) + "\n");
    if (!settings_.output.keep_segments) remove_folder(run_.segments());
    return manifest;
  }

  void warn_about_losses(const RunCounts& counts) {
    const auto say = [&](std::int64_t count, const std::string& what) {
      if (count > 0) context_.progress.warn(std::to_string(count) + " " + what);
    };
    say(std::ssize(totals_.missing),
        "sampled frame(s) could not be decoded, also not on a second try");
    say(totals_.sum.packets_damaged, "damaged packet(s) were skipped");
    say(totals_.sum.frames_damaged,
        "frame(s) came out damaged and were used as the decoder concealed them");
    say(prepared_.index.damaged_packets, "packet(s) were marked damaged by the container");
    say(counts.incoherent_tracks,
        "track(s) have samples that disagree (coherence_warning in tracks.jsonl)");
  }

  Json describe(const RunCounts& counts) const {
    Json done = {{"status", "done"}, {"finished_at", now_text()}};
    Json stages = {{"detect_track", done}};
    const bool faces_there = std::filesystem::exists(run_.file("faces.jsonl"));
    if (stage_ == HarvestStage::harvest) {
      stages["faces_embed"] = done;
    } else if (faces_there) {
      stages["faces_embed"] = {{"status", "stale"},
                               {"reason", "detect-track ran again after it: run faces-embed"}};
    }
    Json all_counts = {{"frames_decoded", totals_.sum.frames_decoded},
                       {"frames_sampled", plan_.samples.size()}};
    all_counts.update(describe_counts(counts));
    all_counts["model_calls"] = {{"detector", totals_.sum.detector_calls},
                                 {"landmarks", 0},
                                 {"embedder", counts.embedder_calls}};
    return {{"schema", 1},
            {"ep_id", run_.ep_id()},
            {"run_id", run_.run_id()},
            {"pipeline_ver", kPipelineVersion},
            {"command", context_.command},
            {"started_at", started_at_},
            {"stages", std::move(stages)},
            {"key", plan_.key},
            {"settings", to_json(settings_)},
            {"models", describe_models(prepared_.models)},
            {"runtime",
             {{"onnxruntime", runtime_version()},
              {"device", prepared_.models.detector_model->device()}}},
            {"input", describe_input(prepared_.index.info, prepared_.sha256)},
            {"counts", std::move(all_counts)},
            {"decode",
             {{"packets_skipped", totals_.sum.packets_skipped},
              {"packets_damaged", totals_.sum.packets_damaged},
              {"frames_damaged", totals_.sum.frames_damaged},
              {"frames_missing", totals_.missing.size()},
              {"retries", totals_.sum.retries},
              {"decoded_for_cuts", totals_.decoded_for_cuts}}},
            {"work", {{"segments", plan_.segments.size()}, {"segments_resumed", totals_.resumed}}},
            {"cpu", describe_cpu(context_, began_)},
            {"warnings", context_.progress.warnings()}};
  }

  const Settings& settings_;
  const HarvestStage stage_;
  const RunContext& context_;
  const CpuStart began_;
  const std::string started_at_;
  PreparedRun prepared_;
  ScanPlan plan_;
  OpenVideos videos_{prepared_.index};
  const TakenRun taken_;
  const RunFolder run_;
  ScanTotals totals_;
  std::vector<FollowedShot> gathered_;
  std::size_t gathered_faces_ = 0;
  std::size_t gathered_detections_ = 0;
  std::deque<std::future<HarvestedGroup>> groups_;
  WorkerPool pool_;  // last: its threads use everything above
};

}  // namespace

RunResult harvest(const Settings& settings, HarvestStage stage, const RunContext& context) {
  return Harvest(settings, stage, context).run();
}

}  // namespace screenalytics
