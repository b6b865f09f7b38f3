// SPDX-License-Identifier: MIT
#include "run/manifest.h"

#include "budget/cpu_meter.h"
#include "run/cpu_report.h"

#include <array>
#include <ctime>

namespace screenalytics {
namespace {

constexpr double kMiB = 1024.0 * 1024.0;

const char* name_of(Transfer transfer) {
  switch (transfer) {
    case Transfer::pq:
      return "pq";
    case Transfer::hlg:
      return "hlg";
    case Transfer::sdr:
      break;
  }
  return "sdr";
}

}  // namespace

Json describe_input(const VideoInfo& info, const std::string& sha256) {
  Json streams = Json::array();
  for (const StreamInfo& stream : info.streams) {
    streams.push_back({{"number", stream.number}, {"kind", stream.kind}, {"codec", stream.codec}});
  }
  return {{"path", std::filesystem::absolute(info.path).lexically_normal().string()},
          {"bytes", info.bytes},
          {"sha256", sha256},
          {"container", info.container},
          {"video_stream", info.video_stream},
          {"codec", info.codec},
          {"pixel_format", info.pixel_format},
          {"width", info.size.width},
          {"height", info.size.height},
          {"pixel_aspect", rounded(info.pixel_aspect, 6)},
          {"rotation", info.rotation},
          {"mirrored", info.mirrored},
          {"bit_depth", info.bit_depth},
          {"full_range", info.full_range},
          {"interlaced", info.interlaced},
          {"transfer", name_of(info.transfer)},
          {"fps", rounded(info.nominal_fps, 4)},
          {"frames", info.frame_count},
          {"start_ts", rounded(to_seconds(info.start), 4)},
          {"end_ts", rounded(to_seconds(info.end), 4)},
          {"duration_s", rounded(to_seconds(info.end - info.start), 4)},
          {"streams", std::move(streams)},
          {"notes", info.notes}};
}

CpuStart since_process_start() { return {.at = process_start()}; }

CpuStart since_now(const RunContext& context) {
  const auto reading = context.progress.cpu().last;
  return {.at = reading.at, .cpu = reading.cpu, .times = context.budget.times()};
}

Json describe_cpu(const RunContext& context, const CpuStart& start) {
  const CpuReport report = context.progress.cpu();
  const double wall = std::chrono::duration<double>(report.last.at - start.at).count();
  const double cpu = std::chrono::duration<double>(report.last.cpu - start.cpu).count();
  StageTimes times = context.budget.times();
  for (std::size_t i = 0; i < times.size(); ++i) times.at(i) -= start.times.at(i);
  std::vector<std::string> notes = context.cap.notes;
  const EnforcementState state = report.enforcement.value_or(EnforcementState{.method = "permits"});
  notes.insert(notes.end(), state.notes.begin(), state.notes.end());
  Json json = {{"asked_percent", context.cap.asked_percent},
               {"cap_percent", context.cap.percent},
               {"permits", context.cap.permits},
               {"method", state.method},
               {"cpus", state.cpus},
               {"notes", notes},
               {"peak_permits", context.budget.peak()},
               {"cpu_seconds", rounded(cpu, 3)},
               {"wall_seconds", rounded(wall, 3)},
               {"mean_percent", rounded(wall > 0 ? 100 * cpu / wall : 0, 1)},
               {"peak_rss_mb", rounded(static_cast<double>(report.peak_rss_bytes) / kMiB, 1)},
               {"seconds_by_stage", describe_stage_times(times)}};
  json.update(describe_use(report));
  return json;
}

Json describe_counts(const RunCounts& counts) {
  return {{"shots", counts.shots},
          {"detections", counts.detections},
          {"tracks", counts.tracks},
          {"forced_splits", counts.forced_splits},
          {"incoherent_tracks", counts.incoherent_tracks},
          {"tracks_from_skipped", counts.tracks_from_skipped},
          {"faces_kept", counts.faces_kept},
          {"faces_skipped", counts.faces_skipped},
          {"skips", counts.skips},
          {"faces_embedded", counts.faces_embedded},
          {"faces_seeded", counts.faces_seeded},
          {"tracks_seeded", counts.tracks_seeded}};
}

std::string now_text() {
  const std::time_t now = std::time(nullptr);
  std::tm utc{};
  gmtime_r(&now, &utc);
  std::array<char, 32> text{};
  std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &utc);
  return text.data();
}

}  // namespace screenalytics
