// SPDX-License-Identifier: MIT
#include "cli/command_line.h"
#include "cli/commands.h"
#include "cli/exit_codes.h"
#include "cli/job_context.h"
#include "cli/sync_output.h"
#include "cli/text.h"
#include "core/error.h"
#include "run/facebank_run.h"

#include <cstdio>
#include <optional>
#include <string>

namespace screenalytics {
namespace {

/// What a person wants to know when a run is over.
void print_summary(const RunResult& result, HarvestStage stage) {
  const Json& m = result.manifest;
  const Json& counts = m.at("counts");
  const auto number = [&](const char* key) {
    return std::to_string(counts.at(key).get<std::int64_t>());
  };
  std::string text = number("shots") + " shots, " + number("tracks") + " tracks, " +
                     number("detections") + " detections in " + number("frames_sampled") +
                     " sampled frames";
  if (stage == HarvestStage::harvest) {
    const auto& calls = counts.at("model_calls");
    text += "\n" + number("faces_kept") + " faces kept in " +
            std::to_string(calls.at("embedder").get<std::int64_t>()) + " embedder calls, " +
            number("faces_skipped") + " skipped";
    std::string reasons;
    for (const auto& [reason, count] : counts.at("skips").items()) {
      reasons += (reasons.empty() ? " (" : ", ") + reason + " " +
                 std::to_string(count.get<std::int64_t>());
    }
    text += reasons.empty() ? "" : reasons + ")";
    if (counts.at("tracks_from_skipped").get<std::int64_t>() > 0) {
      text += "\n" + number("tracks_from_skipped") +
              " tracks have no kept face: known by blurry or small ones only";
    }
  }
  std::printf("%s\n", text.c_str());
}

void print_cast(const RunResult& result, const Settings& settings) {
  if (settings.show.empty()) return;
  const RunCounts& counts = result.counts;
  std::printf("show '%s': %lld of %lld faces and %lld of %lld tracks look like a seed\n",
              settings.show.c_str(),
              static_cast<long long>(counts.faces_seeded),
              static_cast<long long>(counts.faces_kept),
              static_cast<long long>(counts.tracks_seeded),
              static_cast<long long>(counts.tracks));
}

/// "0.1 s 152.3 %, 1 s 150.2 %": the busiest windows.
std::string busiest(const Json& windows) {
  std::string text;
  for (const auto& [length, use] : windows.items()) {
    if (use.is_null()) continue;
    text +=
        (text.empty() ? "" : ", ") + length + " s " + fixed(use.at("max").get<double>(), 1) + " %";
  }
  return text.empty() ? "too short to say" : text;
}

void print_cpu(const Json& cpu) {
  const auto number = [&](const char* key, int decimals) {
    return fixed(cpu.at(key).get<double>(), decimals);
  };
  std::printf("CPU %s s in %s s (mean %s %%, cap %s %% by %s), peak memory %s MiB\n",
              number("cpu_seconds", 2).c_str(),
              number("wall_seconds", 2).c_str(),
              number("mean_percent", 0).c_str(),
              short_number(cpu.at("cap_percent").get<double>()).c_str(),
              cpu.at("method").get<std::string>().c_str(),
              number("peak_rss_mb", 0).c_str());
  std::printf("busiest %s; %s threads at most, held back for %s s\n",
              busiest(cpu.at("windows")).c_str(),
              number("peak_threads", 0).c_str(),
              number("throttled_seconds", 2).c_str());
}

}  // namespace

int run_harvest(const Request& request,
                const Surroundings& around,
                HarvestStage stage,
                const std::stop_token& stop) {
  std::optional<SyncRequest> sync;
  if (!request.sync.place.empty()) sync = sync_request(request, around);
  std::optional<SyncResult> synced;
  Settings settings = request.settings;
  settings.output.s3_keys = sync.has_value();
  const auto result = with_context(request, around, stop, [&](const RunContext& context) {
    RunResult done = harvest(settings, stage, context);
    settings.run_id = done.run.run_id();
    if (sync) synced = sync_after(settings, *sync, context);
    return done;
  });
  print_summary(result, stage);
  print_cast(result, request.settings);
  print_cpu(result.manifest.at("cpu"));
  std::printf("%s\n", result.run.path().c_str());
  return synced ? print_sync(*synced) : 0;
}

int run_faces_embed(const Request& request,
                    const Surroundings& around,
                    const std::stop_token& stop) {
  const auto result = with_context(request, around, stop, [&](const RunContext& context) {
    return embed_faces(request.settings, context);
  });
  print_summary(result, HarvestStage::harvest);
  print_cast(result, request.settings);
  print_cpu(result.manifest.at("stages").at("faces_embed").at("cpu"));
  std::printf("%s\n", result.run.path().c_str());
  return 0;
}

int run_facebank_add(const Request& request,
                     const Surroundings& around,
                     const std::stop_token& stop) {
  const auto report = with_context(request, around, stop, [&](const RunContext& context) {
    return add_seeds(request.settings, request.cast_id, request.cast_name, request.photos, context);
  });
  std::printf("%d of %zu photos added for '%s' in show '%s'\n",
              report.added,
              request.photos.size(),
              request.cast_id.c_str(),
              request.settings.show.c_str());
  for (const std::string& reason : report.refused)
    std::fprintf(stderr, "refused: %s\n", reason.c_str());
  return report.refused.empty() ? 0 : exit_code(ErrorKind::bad_media);
}

void add_run_commands(CommandLine& line) {
  CLI::App* harvesting = line.job(
      line.app(),
      "harvest",
      "video file -> detections, tracks, faces, embeddings",
      FlagSet::harvest,
      [&line] {
        return run_harvest(line.request(), line.around(), HarvestStage::harvest, line.stop());
      });
  add_sync_after_flags(*harvesting, line.request());
  line.job(line.app(),
           "detect-track",
           "the first half of harvest: stops after tracks",
           FlagSet::detect_track,
           [&line] {
             return run_harvest(
                 line.request(), line.around(), HarvestStage::detect_track, line.stop());
           });
  line.job(line.app(),
           "faces-embed",
           "the second half: faces and embeddings of a run with tracks",
           FlagSet::faces_embed,
           [&line] { return run_faces_embed(line.request(), line.around(), line.stop()); });
}

}  // namespace screenalytics
