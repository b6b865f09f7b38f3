// SPDX-License-Identifier: MIT
#include "run/gather_report.h"

#include "files/atomic_file.h"
#include "files/sha256.h"
#include "report/html_text.h"
#include "store/jpeg.h"
#include "store/run_artifacts.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <optional>
#include <sstream>
#include <string_view>

namespace screenalytics {
namespace {

namespace fs = std::filesystem;

/// Base64 of all pictures together: what is left of 3 MB after everything else.
constexpr std::size_t kPictureBytes = 1'300'000;
constexpr int kPictureQuality = 75;

std::optional<FacePicture> read_picture(const fs::path& file, int side) {
  std::error_code none;
  if (side <= 0 || !fs::is_regular_file(file, none)) return std::nullopt;
  const auto image = decode_jpeg(read_bytes(file), side);
  if (!image) return std::nullopt;
  return FacePicture{.jpeg = encode_jpeg(*image, kPictureQuality),
                     .width = image->size().width,
                     .height = image->size().height};
}

void add_pictures(const RunFolder& run, EpisodeReport& report) {
  std::map<IdentityId, std::string> thumbs;
  for (const Identity& identity : report.identities.identities)
    thumbs[identity.id] = identity.thumb;
  std::size_t bytes = 0;
  for (std::size_t rank = 0; rank < report.time.people.size(); ++rank) {
    const IdentityId id = report.time.people[rank].identity;
    const auto thumb = thumbs.find(id);
    if (thumb == thumbs.end() || thumb->second.empty()) continue;
    auto picture = read_picture(run.file(thumb->second), picture_side(rank));
    if (!picture || bytes + picture->jpeg.size() * 4 / 3 > kPictureBytes) continue;
    bytes += picture->jpeg.size() * 4 / 3;
    report.pictures[id] = std::move(*picture);
  }
}

void add_tracks(const RunFolder& run, EpisodeReport& report) {
  for (const TrackRecord& record : read_tracks(run)) {
    const auto& sightings = record.track.sightings;
    report.tracks[record.track.id] = {.span = {sightings.front().time, sightings.back().time},
                                      .sightings = static_cast<std::int64_t>(sightings.size())};
    for (const Sighting& sighting : sightings) {
      if (sighting.measured)
        report.face_qualities.push_back(static_cast<double>(sighting.quality.total));
    }
  }
}

std::string words(const Json& value) {
  return value.is_string() ? value.get<std::string>() : value.dump();
}

/// The folder that a video lies in is nobody's business who is sent the report.
std::string value_of(const std::string& key, const Json& value) {
  return key == "path" && value.is_string() ? fs::path(value.get<std::string>()).filename().string()
                                            : words(value);
}

void add_group(EpisodeReport& report, const std::string& title, const Json& object) {
  if (!object.is_object() || object.empty()) return;
  FactGroup group{.title = title};
  for (const auto& [key, value] : object.items())
    group.rows.emplace_back(key, value_of(key, value));
  report.facts.push_back(std::move(group));
}

Json part(const Json& object, const char* key) {
  return object.is_object() && object.contains(key) ? object.at(key) : Json::object();
}

std::string text(const Json& object, const char* key) {
  const Json value = part(object, key);
  return value.is_string() ? value.get<std::string>() : std::string();
}

void add_facts(const Json& manifest, EpisodeReport& report) {
  const Json stages = part(manifest, "stages");
  add_group(report,
            "Run",
            {{"episode", report.ep_id},
             {"run", report.run_id},
             {"harvest started", text(manifest, "started_at")},
             {"pipeline", report.pipeline_version}});
  add_group(report, "Video", part(manifest, "input"));
  add_group(report, "Counts", part(manifest, "counts"));
  add_group(report, "Settings of the harvest", part(manifest, "settings"));
  add_group(report, "Settings of cluster", part(part(stages, "cluster"), "settings"));
  add_group(report, "Settings of screentime", part(part(stages, "screentime"), "settings"));
  add_group(report, "CPU of the harvest", part(manifest, "cpu"));
  add_group(report, "Runtime", part(manifest, "runtime"));
}

void add_models(const Json& manifest, EpisodeReport& report) {
  for (const Json& model : part(manifest, "models")) {
    report.models.push_back({.role = text(model, "role"),
                             .name = text(model, "name"),
                             .licence = text(model, "licence"),
                             .terms = text(model, "terms"),
                             .origin = text(model, "origin"),
                             .sha256 = text(model, "sha256")});
  }
}

std::vector<std::string_view> columns_of(std::string_view line) {
  std::vector<std::string_view> columns;
  while (true) {
    const auto comma = line.find(',');
    columns.push_back(line.substr(0, comma));
    if (comma == std::string_view::npos) return columns;
    line.remove_prefix(comma + 1);
  }
}

std::optional<double> number(const std::vector<std::string_view>& columns, std::size_t column) {
  if (column >= columns.size()) return std::nullopt;
  double value = 0;
  const std::string_view text = columns[column];
  const auto end = std::from_chars(text.data(), text.data() + text.size(), value);
  return end.ec == std::errc() ? std::optional(value) : std::nullopt;
}

std::size_t find_column(const std::vector<std::string_view>& names, std::string_view name) {
  return static_cast<std::size_t>(std::ranges::find(names, name) - names.begin());
}

std::string base64_of_hex(const std::string& hex) {
  std::vector<std::uint8_t> bytes(hex.size() / 2);
  for (std::size_t i = 0; i < bytes.size(); ++i)
    std::from_chars(&hex[2 * i], &hex[2 * i] + 2, bytes[i], 16);
  return base64(bytes);
}

std::string checksum(std::string_view text) {
  Sha256 hash;
  const std::vector<std::uint8_t> bytes(text.begin(), text.end());
  hash.add(bytes);
  return base64_of_hex(hash.hex());
}

}  // namespace

EpisodeReport gather_report(const RunFolder& run,
                            const Json& manifest,
                            Identities identities,
                            EpisodeScreenTime time) {
  EpisodeReport report{.ep_id = run.ep_id(),
                       .run_id = run.run_id(),
                       .pipeline_version = text(manifest, "pipeline_ver"),
                       .time = std::move(time),
                       .identities = std::move(identities),
                       .cpu = read_cpu_story(run.file("cpu.csv"))};
  add_tracks(run, report);
  add_pictures(run, report);
  const Json skips = part(part(manifest, "counts"), "skips");
  for (const auto& [reason, count] : skips.items())
    report.skipped[reason] = count.get<std::int64_t>();
  for (const Json& warning : part(manifest, "warnings")) report.warnings.push_back(words(warning));
  add_facts(manifest, report);
  add_models(manifest, report);
  return report;
}

CpuStory read_cpu_story(const fs::path& file) {
  CpuStory story;
  std::error_code none;
  if (!fs::is_regular_file(file, none)) return story;
  const std::string table = read_text(file);
  std::istringstream lines(table);
  std::string names;
  if (!std::getline(lines, names)) return story;
  const auto header = columns_of(names);
  const std::size_t at = find_column(header, "elapsed_s");
  const std::size_t use = find_column(header, "cpu_percent");
  const std::size_t cap = find_column(header, "cap_percent");
  for (std::string line; std::getline(lines, line);) {
    const auto columns = columns_of(line);
    const auto seconds = number(columns, at);
    const auto percent = number(columns, use);
    if (!seconds || !percent) continue;
    story.points.push_back({*seconds, *percent});
    if (const auto limit = number(columns, cap); limit && *limit > 0) story.cap_percent = *limit;
  }
  return story;
}

InlineChecksums inline_checksums() {
  return {.style = checksum(report_style()), .script = checksum(report_script())};
}

}  // namespace screenalytics
