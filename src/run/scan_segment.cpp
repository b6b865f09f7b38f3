// SPDX-License-Identifier: MIT
#include "run/scan_segment.h"

#include "core/error.h"
#include "core/memory_watch.h"
#include "files/sha256.h"
#include "run/cut_face.h"
#include "run/face_search.h"
#include "video/segment_reader.h"
#include "video/shot_cuts.h"

namespace screenalytics {
namespace {

/// Works through one segment, frame by frame.
class SegmentScan {
 public:
  SegmentScan(const ScanPlan& plan,
              const LoadedModels& models,
              const Settings& settings,
              SegmentWriter& writer,
              CpuBudget::Permit& permit)
      : plan_(plan),
        settings_(settings),
        writer_(writer),
        permit_(permit),
        search_(*models.detector, scan_detection(settings)) {}

  void look_at(const Frame& frame) {
    FrameRecord record{.index = frame.index, .time = frame.time};
    permit_.enter(Stage::shots);
    const ShotSignature signature = sign(*frame.picture);
    record.signature.assign(signature.bgr.begin(), signature.bgr.end());
    record.sampled = plan_.sampled[static_cast<std::size_t>(frame.index.value)];
    if (plan_.index.at(frame.index).key) search_.restart();
    if (record.sampled) find_faces(*frame.picture, record);
    permit_.enter(Stage::write);
    writer_.add_frame(record);
    permit_.enter(Stage::decode);
  }

  std::int64_t detector_calls() const { return search_.calls(); }

 private:
  void find_faces(const Picture& picture, FrameRecord& record) {
    const FaceSearch::Found found = search_.look(picture, permit_);
    for (const Detection& face : found.faces) {
      record.faces.push_back(found.full ? keep(picture, face)
                                        : FaceRecord{.detection = face, .measured = false});
    }
  }

  FaceRecord keep(const Picture& picture, const Detection& face) {
    permit_.enter(Stage::crop);
    FaceRecord record{.detection = face};
    const CutFace cut = cut_face(picture, face, settings_);
    record.quality = cut.quality;
    const GateOptions last = last_resort_gates(settings_.gates, settings_.last_resort);
    if (!cut.crop || refused_in_any_track(face, cut, picture, last)) return record;
    record.crop = writer_.add_crop(*cut.crop);
    // A face that stays skipped has no pictures.
    if (refused_in_any_track(face, cut, picture, settings_.gates)) return record;
    permit_.enter(Stage::images);
    record.thumbnail = writer_.add_blob(thumbnail_jpeg(picture, face, settings_));
    return record;
  }

  /// Refused whether or not its track has other sightings: then no crop is needed.
  bool refused_in_any_track(const Detection& face,
                            const CutFace& cut,
                            const Picture& picture,
                            const GateOptions& gates) const {
    const Sighting sighting{.detection = face, .quality = cut.quality};
    return check_geometry(face, picture.size(), picture.pixel_aspect(), gates) ||
           (check_quality(sighting, false, gates) && check_quality(sighting, true, gates));
  }

  const ScanPlan& plan_;
  const Settings& settings_;
  SegmentWriter& writer_;
  CpuBudget::Permit& permit_;
  FaceSearch search_;
};

}  // namespace

ScanPlan plan_scan(const VideoIndex& index,
                   const Settings& settings,
                   const std::string& input_sha256,
                   const Json& models) {
  ScanPlan plan{.index = index};
  plan.samples = plan_samples(index, settings.sampling);
  plan.sampled.assign(index.frames.size(), false);
  for (const FrameIndex sample : plan.samples)
    plan.sampled[static_cast<std::size_t>(sample.value)] = true;
  plan.decode = plan_decoding(index, plan.samples);
  plan.segments = plan_segments(index, from_seconds(settings.scan.segment_seconds));
  Json key = {{"pipeline", kPipelineVersion},
              {"input", input_sha256},
              {"settings", scan_settings(settings)},
              {"models", models}};
  const std::string text = key.dump();
  plan.key = sha256_of({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
  return plan;
}

void scan_segment(const ScanPlan& plan,
                  OpenVideos& videos,
                  const Segment& segment,
                  const LoadedModels& models,
                  const Settings& settings,
                  const std::filesystem::path& path,
                  CpuBudget::Permit& permit,
                  Progress& progress) {
  const MemoryWatch memory;
  SegmentWriter writer(path, plan.key);
  SegmentScan scan(plan, models, settings, writer, permit);
  SegmentReader reader(videos, segment, plan.decode, settings.cpu.library_threads);
  std::int64_t reached = segment.first.value;
  permit.enter(Stage::decode);
  while (const auto frame = reader.next()) {
    scan.look_at(*frame);
    progress.add(frame->index.value + 1 - reached);
    reached = frame->index.value + 1;
  }
  progress.add(segment.end.value - reached);
  permit.enter(Stage::write);
  const DecodeStats stats = reader.stats();
  SegmentSummary summary{.frames_decoded = stats.frames_decoded,
                         .packets_skipped = stats.packets_skipped,
                         .packets_damaged = stats.packets_damaged,
                         .frames_damaged = stats.frames_damaged,
                         .retries = stats.retries,
                         .detector_calls = scan.detector_calls()};
  for (const FrameIndex frame : reader.missing()) {
    if (plan.sampled[static_cast<std::size_t>(frame.value)]) summary.missing.push_back(frame);
  }
  memory.check();  // the record is taken as it is by every later run
  writer.commit(summary);
}

}  // namespace screenalytics
