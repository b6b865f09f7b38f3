// SPDX-License-Identifier: MIT
#include "run/overlay_run.h"

#include "core/error.h"
#include "core/memory_watch.h"
#include "files/part_file.h"
#include "overlay/annotate.h"
#include "overlay/mosaic.h"
#include "run/artifact_stage.h"
#include "run/manifest.h"
#include "run/overlay_inputs.h"
#include "video/segment_reader.h"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <system_error>
#include <utility>
#include <vector>

namespace screenalytics {
namespace {

namespace fs = std::filesystem;

std::string container_of(const fs::path& out) {
  const std::string extension = out.extension().string();
  if (extension == ".mp4" || extension == ".m4v") return "mp4";
  if (extension == ".mov") return "mov";
  if (extension == ".mkv") return "matroska";
  throw Error(ErrorKind::bad_usage,
              "--out '" + out.string() + "' must end in .mp4, .m4v, .mov or .mkv");
}

/// Before anything is computed.
void check_out(const OverlayOptions& options, const fs::path& video) {
  std::error_code code;
  if (fs::is_directory(options.out, code))
    throw Error(ErrorKind::bad_usage,
                "--out '" + options.out.string() + "' is a folder: name a file in it");
  if (fs::equivalent(options.out, video, code))
    throw Error(ErrorKind::bad_usage,
                "--out '" + options.out.string() + "' is the video itself: name another file");
  if (!options.font.empty() && !fs::exists(options.font, code))
    throw Error(ErrorKind::not_found, "no such font file: '" + options.font.string() + "'");
  if (options.existing == Existing::refuse && fs::exists(options.out, code))
    throw Error(ErrorKind::bad_usage,
                "'" + options.out.string() +
                    "' exists: name another file, or say --force to "
                    "replace it");
}

/// Draws one frame after the other, in order of time.
class Artist {
 public:
  Artist(OverlayPlan plan, const VideoInfo& video, const OverlayOptions& options)
      : plan_(std::move(plan)),
        sweep_(plan_.paths),
        boxes_(options.blur.mode == BlurMode::nobody),
        clock_(options.clock.value_or(boxes_)) {
    if (boxes_ || clock_)
      lettering_.emplace(LetteringOptions{.font = options.font,
                                          .height = letter_height(video.size),
                                          .pixel_aspect = video.pixel_aspect});
  }

  void draw(const Canvas& canvas, const Frame& frame) {
    if (boxes_) {
      draw_names(canvas, frame.time);
    } else {
      for (const FacePath* path : sweep_.at(frame.time))
        hide_face(canvas, cover_at(*path, frame.time, plan_.step));
    }
    if (clock_) draw_clock(canvas, frame.time, frame.index, *lettering_);
  }

 private:
  void draw_names(const Canvas& canvas, MediaTime time) {
    std::vector<NamedBox> boxes;
    for (const FacePath* path : sweep_.at(time)) {
      const OverlayPerson& person = plan_.people[path->who];
      const PathPlace place = place_at(*path, time, plan_.step);
      boxes.push_back({.box = place.box,
                       .name = person.name,
                       .colour = person.colour,
                       .strong = place.seen && !person.name.empty()});
    }
    draw_boxes(canvas, boxes, *lettering_);
  }

  OverlayPlan plan_;
  PathSweep sweep_;  // of plan_'s paths
  bool boxes_;
  bool clock_;
  std::optional<Lettering> lettering_;
};

/// overlay from start to file.
class OverlayRun {
 public:
  OverlayRun(const Settings& settings, const OverlayOptions& options, const RunContext& context)
      : options_(options),
        context_(context),
        began_(since_process_start()),
        run_(find_finished_run(settings)),
        video_(video_of(run_, settings)) {
    options_.write.container = container_of(options_.out);
    check_out(options_, video_.path);
  }

  OverlayResult run() {
    read_video();
    Artist artist(plan(), index_.info, options_);
    PartFile file(options_.out);
    OverlayResult result = MemoryWatch().over([&] { return draw_all(artist, file.part()); });
    const auto permit = context_.budget.acquire(context_.stop, Stage::write);
    result.bytes = fs::file_size(file.part());
    file.commit();
    result.cpu = describe_cpu(context_, began_);
    return result;
  }

 private:
  void read_video() {
    Progress& progress = context_.progress;
    progress.phase("index", 0, "bytes");
    auto permit = context_.budget.acquire(context_.stop, Stage::hash);
    check_same_video(video_, run_);
    permit.enter(Stage::index);
    index_ = index_video(video_.path, context_.stop, [&](std::uint64_t done, std::uint64_t total) {
      progress.set_total(static_cast<std::int64_t>(total));
      progress.set(static_cast<std::int64_t>(done));
    });
    for (const std::string& note : index_.info.notes) progress.warn(note);
  }

  OverlayPlan plan() {
    const auto permit = context_.budget.acquire(context_.stop, Stage::start);
    const FoundFaces found = [&] {
      const RunLock lock(run_);
      return read_found_faces(run_, index_, context_.progress);
    }();
    OverlayPlan plan = plan_overlay(found, options_.blur);
    if (options_.blur.mode == BlurMode::only && !plan.people.empty())
      context_.progress.say(
          "only faces that were recognised as the named people are blurred: where they were not "
          "recognised they stay visible; --blur all-but OTHERS is the safe way");
    return plan;
  }

  OverlayResult draw_all(Artist& artist, const fs::path& part) {
    const auto frames = std::ssize(index_.frames);
    context_.progress.phase("drawing", frames, "frames");
    const Segment whole{.number = 0, .first = {0}, .end = {frames}};
    const std::vector<bool> every(index_.frames.size(), true);
    SegmentReader reader(index_, whole, every);
    VideoWriter writer(index_, part, options_.write);
    OverlayResult result{.out = options_.out, .encoder = writer.encoder()};
    while (draw_next(reader, writer, artist)) ++result.frames;
    const auto permit = context_.budget.acquire(context_.stop, Stage::encode);
    writer.finish();
    for (const std::string& note : writer.notes()) context_.progress.warn(note);
    result.lost = std::ssize(reader.missing());
    if (result.lost > 0)
      context_.progress.warn(std::to_string(result.lost) +
                             " frame(s) could not be decoded and are left out");
    return result;
  }

  bool draw_next(SegmentReader& reader, VideoWriter& writer, Artist& artist) {
    auto permit = context_.budget.acquire(context_.stop, Stage::decode);
    const auto frame = reader.next();
    if (!frame) return false;
    permit.enter(Stage::images);
    artist.draw(writer.prepare(*frame), *frame);
    permit.enter(Stage::encode);
    writer.write();
    context_.progress.set(frame->index.value + 1);
    return true;
  }

  OverlayOptions options_;
  const RunContext& context_;
  const CpuStart began_;
  const RunFolder run_;
  const RunVideo video_;
  VideoIndex index_;
};

}  // namespace

BlurChoice read_blur(const std::vector<std::string>& words) {
  if (words.empty()) return {};
  std::vector<std::string> people(words.begin() + 1, words.end());
  if (words[0] == "all") {
    if (people.empty()) return {BlurMode::everybody, {}};
    throw Error(ErrorKind::bad_usage,
                "--blur all takes no names; to keep somebody clear: --blur all-but NAME");
  }
  if (words[0] == "all-but") {
    if (!people.empty()) return {BlurMode::all_but, std::move(people)};
    throw Error(ErrorKind::bad_usage, "--blur all-but: name whom to keep clear");
  }
  return {BlurMode::only, words};
}

OverlayResult overlay(const Settings& settings,
                      const OverlayOptions& options,
                      const RunContext& context) {
  return OverlayRun(settings, options, context).run();
}

}  // namespace screenalytics
