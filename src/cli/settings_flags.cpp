// SPDX-License-Identifier: MIT
#include "cli/settings_flags.h"

#include <map>
#include <string>
#include <type_traits>

namespace screenalytics {
namespace {

const std::map<std::string, Device> kDevices{{"auto", Device::automatic},
                                             {"cpu", Device::cpu},
                                             {"cuda", Device::cuda},
                                             {"coreml", Device::coreml}};
const std::map<std::string, CpuMethod> kMethods{{"auto", CpuMethod::automatic},
                                                {"affinity", CpuMethod::affinity},
                                                {"cgroup", CpuMethod::cgroup},
                                                {"governor", CpuMethod::governor}};
const std::map<std::string, LibraryThreads> kLibraryThreads{
    {"1", LibraryThreads::one}, {"default", LibraryThreads::library_default}};
const std::map<std::string, SampleChoice> kSamples{{"best", SampleChoice::best},
                                                   {"all", SampleChoice::all}};
const std::map<std::string, SamplingMode> kSampling{{"cheap", SamplingMode::cheap},
                                                    {"exact", SamplingMode::exact}};

/// Tunables with a short flag of their own are not offered twice.
bool has_own_flag(const std::string& name) {
  return name == "sampling.fps" || name == "sampling.stride" || name == "pick.max-samples";
}

template <typename Value>
void add_tunable(CLI::App& command, const std::string& name, Value& value, const char* help) {
  if constexpr (std::is_same_v<Value, Duration>) {
    command
        .add_option_function<double>(
            "--" + name, [&value](double seconds) { value = from_seconds(seconds); }, help)
        ->default_str(std::to_string(to_seconds(value)))
        ->group("Tuning");
  } else {
    command.add_option("--" + name, value, help)->capture_default_str()->group("Tuning");
  }
}

void add_tuning(CLI::App& command, Settings& settings) {
  describe(settings, [&](const std::string& name, auto& value, const char* help) {
    if (!has_own_flag(name)) add_tunable(command, name, value, help);
  });
}

void add_sampling(CLI::App& command, Settings& settings) {
  auto* fps =
      command
          .add_option("--fps", settings.sampling.fps, "look at this many frames a second of video")
          ->capture_default_str();
  command.add_option("--stride", settings.sampling.stride, "look at every n-th frame instead")
      ->check(CLI::Range(1, 1'000'000))
      ->excludes(fps);
  command
      .add_option("--sampling",
                  settings.sampling.mode,
                  "cheap: reference frames where they are near the grid; exact: the plain grid")
      ->transform(CLI::CheckedTransformer(kSampling).description("{cheap,exact}"));
}

void add_faces(CLI::App& command, Settings& settings) {
  command
      .add_option("--samples",
                  settings.pick.samples,
                  "faces to embed: the best of each track, or all that pass the gates")
      ->transform(CLI::CheckedTransformer(kSamples).description("{best,all}"));
  command
      .add_option(
          "--max-samples", settings.pick.max_samples, "faces embedded a track, with --samples best")
      ->capture_default_str();
  command.add_flag("--batch-embed,!--no-batch-embed",
                   settings.embed.batch,
                   "many faces a model call (default), or one by one");
  command.add_flag(
      "--save-crops", settings.output.save_crops, "keep the aligned 112x112 crops as JPEG");
  command.add_flag(
      "--save-frames", settings.output.save_frames, "keep the frames that hold kept faces as JPEG");
  command.add_flag("--inline-embeddings,!--no-inline-embeddings",
                   settings.output.inline_embeddings,
                   "embeddings in faces.jsonl too (default), or in faces.npy only");
  command.add_option("--show", settings.show, "name faces after the seeds of this show's facebank");
}

void add_places(CLI::App& command, Settings& settings) {
  command.add_option("--data", settings.data, "folder of all runs and facebanks")
      ->capture_default_str();
  add_cpu_flags(command, settings.cpu);
}

void add_analysis(CLI::App& command, Settings& settings) {
  command.add_option("--ep-id", settings.ep_id, "name of the episode")->required();
  command.add_option("--run-id", settings.run_id, "the run (default: the newest finished one)");
  add_places(command, settings);
  add_analysis_tuning(command, settings);
}

}  // namespace

void add_analysis_tuning(CLI::App& command, Settings& settings) {
  describe_analysis(settings.analysis, [&](const std::string& name, auto& value, const char* help) {
    add_tunable(command, name, value, help);
  });
}

void add_cpu_flags(CLI::App& command, CpuOptions& cpu) {
  command.add_option("--cpu-limit", cpu.limit, "percent of one core, for everything together")
      ->capture_default_str()
      ->group("CPU");
  command
      .add_option("--cpu-method",
                  cpu.method,
                  "what holds the cap: auto takes affinity for whole cores, the governor for "
                  "fractions")
      ->transform(CLI::CheckedTransformer(kMethods).description("{auto,affinity,cgroup,governor}"))
      ->group("CPU");
  command
      .add_flag("--cpu-strict", cpu.strict, "fail when a second was more than 1 % above the cap")
      ->group("CPU");
  command.add_option("--nice", cpu.nice, "step back behind other programs, 0 to 19")
      ->check(CLI::Range(0, 19))
      ->capture_default_str()
      ->group("CPU");
  command.add_flag("--idle-io", cpu.idle_io, "use the disk only when nobody else wants it")
      ->group("CPU");
  command
      .add_option("--library-threads",
                  cpu.library_threads,
                  "threads that ONNX Runtime and the decoder start: 1, or their own default (for "
                  "comparison, only with ENABLE_CPU_LIMIT=0)")
      ->transform(CLI::CheckedTransformer(kLibraryThreads).description("{1,default}"))
      ->group("CPU");
}

void add_flags(CLI::App& command, FlagSet set, Settings& settings) {
  if (set == FlagSet::analysis) {
    add_analysis(command, settings);
    return;
  }
  if (set == FlagSet::season) {
    add_places(command, settings);
    add_analysis_tuning(command, settings);
    return;
  }
  add_places(command, settings);
  const bool scans = set == FlagSet::harvest || set == FlagSet::detect_track;
  if (set != FlagSet::facebank) {
    command.add_option("--ep-id", settings.ep_id, "name of the episode")->required();
    auto* video = command.add_option(
        "--video", settings.video, scans ? "the video file" : "the video file, when it has moved");
    if (scans) video->required();
    command.add_option("--run-id",
                       settings.run_id,
                       scans ? "name of the run (default: go on with an unfinished run of the same "
                               "input and settings, else a new one)"
                             : "the run (default: the newest one with tracks)");
    command.add_option("--workers", settings.scan.workers, "threads (0: one for each CPU permit)")
        ->capture_default_str();
  }
  command.add_option("--models", settings.models, "folder of all model packs");
  command.add_option("--pack", settings.pack, "model pack")->capture_default_str();
  command
      .add_option(
          "--device",
          settings.device,
          "where the models run; a missing accelerator is an error, never a silent fallback")
      ->transform(CLI::CheckedTransformer(kDevices).description("{auto,cpu,cuda,coreml}"));
  if (scans) {
    add_sampling(command, settings);
    command.add_flag("--keep-segments",
                     settings.output.keep_segments,
                     "keep the resume records of a finished run");
  }
  if (set == FlagSet::harvest || set == FlagSet::faces_embed) add_faces(command, settings);
  add_tuning(command, settings);
}

}  // namespace screenalytics
