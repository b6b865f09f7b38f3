// SPDX-License-Identifier: MIT
#include "run/export_run.h"

#include "core/error.h"
#include "export/csv.h"
#include "export/edl.h"
#include "export/otio.h"
#include "export/sqlite_file.h"
#include "export/webvtt.h"
#include "files/atomic_file.h"
#include "run/screentime_run.h"
#include "store/run_artifacts.h"

#include <algorithm>
#include <functional>
#include <map>
#include <utility>

namespace screenalytics {
namespace {

namespace fs = std::filesystem;

/// Whose each track is.
class Owners {
 public:
  explicit Owners(const Identities& identities) {
    for (const Identity& one : identities.identities) {
      for (const TrackId track : one.tracks)
        owners_[track] = {.state = ExportTrack::State::person, .identity = one.id};
    }
    for (const UnknownTrack& track : identities.unknown)
      owners_[track.track] = {.reason = track.reason};
    for (const TrackId track : identities.ignored)
      owners_[track] = {.state = ExportTrack::State::ignored};
  }
  ExportTrack label(TrackRecord record) const {
    const auto owner = owners_.find(record.track.id);
    ExportTrack track = owner == owners_.end() ? ExportTrack{} : owner->second;
    track.track = std::move(record.track);
    track.faces = record.faces;
    return track;
  }

 private:
  std::map<TrackId, ExportTrack> owners_;
};

/// A later stage's value stands for one of an earlier stage that has the same name.
void add_settings(const Json& json, EpisodeExport& episode) {
  for (const auto& [name, value] : json.items()) {
    const std::string text = value.is_string() ? value.get<std::string>() : value.dump();
    const auto known = std::ranges::find_if(
        episode.settings, [&key = name](const auto& setting) { return setting.first == key; });
    if (known == episode.settings.end()) {
      episode.settings.emplace_back(name, text);
    } else {
      known->second = text;
    }
  }
}

EpisodeExport gather(const MeasuredRun& measured) {
  const RunFolder& run = measured.run;
  const Json& manifest = measured.manifest;
  EpisodeExport episode{.ep_id = run.ep_id(), .run_id = run.run_id(), .time = measured.time};
  try {
    const Json& input = manifest.at("input");
    episode.video = input.at("path").get<std::string>();
    episode.size = {input.at("width").get<int>(), input.at("height").get<int>()};
    episode.rate = FrameRate::near(input.at("fps").get<double>());
    episode.frames = input.at("frames").get<std::int64_t>();
    add_settings(manifest.at("settings"), episode);
    for (const auto& [stage, entry] : manifest.at("stages").items()) {
      if (stage != "faces_embed" && entry.contains("settings"))
        add_settings(entry.at("settings"), episode);
    }
  } catch (const Json::exception& error) {
    throw Error(ErrorKind::bad_data,
                "'" + run.file("manifest.json").string() + "' lacks what exports need (" +
                    error.what() + "): run 'screenalytics harvest' again");
  }
  const Owners owners(read_identities(run));
  for (TrackRecord& record : read_tracks(run))
    episode.tracks.push_back(owners.label(std::move(record)));
  return episode;
}

/// Writes files into the folder and remembers them.
class Outbox {
 public:
  explicit Outbox(fs::path folder) : folder_(std::move(folder)) {}
  void write(const std::string& name, std::string_view text) {
    write_atomically(folder_ / name, text);
    written_.push_back(folder_ / name);
  }
  void write(const std::string& name, const std::vector<std::uint8_t>& bytes) {
    write_atomically(folder_ / name, bytes);
    written_.push_back(folder_ / name);
  }
  /// Takes away what an earlier export wrote of people who are no more.
  void clear(const std::string& name) {
    const fs::path folder = folder_ / name;
    if (!fs::is_directory(folder)) return;
    for (const auto& entry : fs::directory_iterator(folder)) {
      const std::string file = entry.path().filename().string();
      if (file.starts_with("id_") && file.ends_with(".edl")) fs::remove(entry.path());
    }
  }
  std::vector<fs::path> written() && { return std::move(written_); }

 private:
  fs::path folder_;
  std::vector<fs::path> written_;
};

/// What the formats are made of.
struct Source {
  const MeasuredRun& measured;
  const EpisodeExport& episode;
  MotIds mot_ids = MotIds::identity;
};

void write_edit_lists(const Source& source, Outbox& out) {
  out.clear("edl");
  for (const EdlFile& file : edit_lists(source.episode)) out.write("edl/" + file.name, file.text);
}

struct Format {
  const char* name = nullptr;
  void (*write)(const Source&, Outbox&) = nullptr;
};

constexpr Format kFormats[] = {
    {"json",
     [](const Source& source, Outbox& out) {
       out.write("screentime.json", read_text(source.measured.run.file("screentime.json")));
     }},
    {"csv",
     [](const Source& source, Outbox& out) {
       out.write("screentime.csv", screen_time_csv(source.episode.time));
     }},
    {"vtt",
     [](const Source& source, Outbox& out) {
       out.write("chapters.vtt", webvtt_chapters(source.episode));
       out.write("metadata.vtt", webvtt_metadata(source.episode));
     }},
    {"edl", write_edit_lists},
    {"otio",
     [](const Source& source, Outbox& out) {
       out.write("timeline.otio", otio_timeline(source.episode));
     }},
    {"mot",
     [](const Source& source, Outbox& out) {
       out.write("mot.txt", mot_text(source.episode, source.mot_ids));
     }},
    {"sqlite",
     [](const Source& source, Outbox& out) {
       out.write("screentime.sqlite", sqlite_database(source.episode));
     }},
};

}  // namespace

std::vector<std::string> export_formats() {
  std::vector<std::string> names;
  for (const Format& format : kFormats) names.emplace_back(format.name);
  return names;
}

std::vector<std::string> read_export_formats(const std::string& list) {
  const std::vector<std::string> known = export_formats();
  if (list == "all") return known;
  std::vector<std::string> names;
  for (std::size_t at = 0; at <= list.size();) {
    const std::size_t comma = std::min(list.find(',', at), list.size());
    names.push_back(list.substr(at, comma - at));
    at = comma + 1;
    if (std::ranges::find(known, names.back()) != known.end()) continue;
    std::string text;
    for (const std::string& name : known) text += name + ", ";
    throw Error(ErrorKind::bad_usage,
                "--format: '" + names.back() + "' is not known: use " + text + "or all");
  }
  return names;
}

std::vector<fs::path> export_run(const Settings& settings,
                                 const ExportRequest& request,
                                 const RunContext& context) {
  const MeasuredRun measured = measured_run(settings, context);
  const auto permit = context.budget.acquire(context.stop, Stage::write);
  const EpisodeExport episode = gather(measured);
  const Source source{measured, episode, request.mot_ids};
  Outbox out(request.out.empty() ? settings.data / measured.run.ep_id() / "export" : request.out);
  for (const Format& format : kFormats) {
    if (std::ranges::find(request.formats, format.name) != request.formats.end())
      format.write(source, out);
  }
  return std::move(out).written();
}

}  // namespace screenalytics
