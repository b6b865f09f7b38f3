// SPDX-License-Identifier: MIT
#include "cli/commands.h"
#include "cli/exit_codes.h"
#include "cli/progress_sinks.h"
#include "core/error.h"
#include "run/facebank_run.h"

#include <cstdio>
#include <string>

namespace screenalytics {
namespace {

constexpr auto kLookInterval = std::chrono::milliseconds(500);

void check(const Settings& settings) {
  const auto faults = problems(settings);
  if (faults.empty()) return;
  std::string text;
  for (const std::string& fault : faults) text += (text.empty() ? "" : "; ") + fault;
  throw Error(ErrorKind::bad_usage, text);
}

std::string fixed(double value, int decimals) {
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%.*f", decimals, value);
  return text.data();
}

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

void print_cpu(const Json& cpu) {
  std::printf("CPU %s s in %s s (mean %s %%, cap %s %% by %s), peak memory %s MiB\n",
              fixed(cpu.at("cpu_seconds").get<double>(), 2).c_str(),
              fixed(cpu.at("wall_seconds").get<double>(), 2).c_str(),
              fixed(cpu.at("mean_percent").get<double>(), 0).c_str(),
              fixed(cpu.at("cap_percent").get<double>(), 0).c_str(),
              cpu.at("method").get<std::string>().c_str(),
              fixed(cpu.at("peak_rss_mb").get<double>(), 0).c_str());
}

/// Cap, budget and progress around one job; the last state is "done", "stopped" or "failed".
template <typename Job>
auto with_context(const Request& request,
                  const Surroundings& around,
                  const std::stop_token& stop,
                  Job job) {
  check(request.settings);
  const CpuCap cap = apply_cap(
      request.settings.cpu_limit, read_allowance(around.slurm_cpus), around.enforce_cpu_limit);
  CpuBudget budget(cap.permits);
  const auto sink = make_progress_sink(request.progress);
  Progress progress(*sink, kLookInterval);
  for (const std::string& note : cap.notes)
    progress.say("CPU cap " + fixed(cap.percent, 0) + " %: " + note);
  try {
    auto result = job(RunContext{.budget = budget,
                                 .cap = cap,
                                 .progress = progress,
                                 .stop = stop,
                                 .command = request.command});
    progress.finish("done");
    return result;
  } catch (const Error& error) {
    const bool stopped = error.kind() == ErrorKind::cancelled;
    progress.finish(stopped ? "stopped" : "failed");
    if (!stopped) throw;
    throw Error(ErrorKind::cancelled,
                "stopped; what was finished is kept: run the same command again to go on");
  } catch (...) {
    progress.finish("failed");
    throw;
  }
}

}  // namespace

int run_harvest(const Request& request,
                const Surroundings& around,
                HarvestStage stage,
                const std::stop_token& stop) {
  const auto result = with_context(request, around, stop, [&](const RunContext& context) {
    return harvest(request.settings, stage, context);
  });
  print_summary(result, stage);
  print_cast(result, request.settings);
  print_cpu(result.manifest.at("cpu"));
  std::printf("%s\n", result.run.path().c_str());
  return 0;
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

}  // namespace screenalytics
