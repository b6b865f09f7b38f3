// SPDX-License-Identifier: MIT
#include "run/bench_run.h"

#include "core/error.h"
#include "files/atomic_file.h"
#include "files/child_process.h"
#include "files/folders.h"
#include "run/gather_report.h"
#include "store/run_folder.h"

#include <utility>

namespace screenalytics {
namespace {

constexpr const char* kEpisode = "bench";

/// One row: what it adds to the row above, and how `harvest` is told.
struct Way {
  std::string id;
  std::string name;
  std::string what;
  bool held = false;
  std::vector<std::string> flags;
};

std::vector<Way> ways_of(const BenchRequest& request) {
  const std::string cpus = std::to_string(request.cpus);
  const std::vector<std::string> one_by_one{
      "--samples", "all", "--no-batch-embed", "--detect.full-every", "1"};
  const auto with = [](std::vector<std::string> flags, const std::vector<std::string>& more) {
    flags.insert(flags.end(), more.begin(), more.end());
    return flags;
  };
  return {{"baseline",
           "baseline",
           "every face that passes the gates, one a model call; every look at full size; one "
           "frame after the other, ONNX Runtime and the decoder with the threads that they take by "
           "themselves; no cap",
           false,
           with(one_by_one, {"--library-threads", "default", "--workers", "1"})},
          {"threads",
           "threads limited",
           "one thread for each library, a worker for each CPU; no cap",
           false,
           with(one_by_one, {"--workers", cpus})},
          {"cap", "+ cap", "the same, held at the cap", true, one_by_one},
          {"batching",
           "+ batching",
           "the same, with batches of faces in a model call",
           true,
           {"--samples", "all", "--detect.full-every", "1"}},
          {"selection",
           "+ selection",
           "the best faces of each track, two looks of three at a smaller size: the defaults",
           true,
           {}}};
}

std::string words(double value) { return Json(value).dump(); }

std::vector<std::string> command_of(const Way& way,
                                    const std::string& run_id,
                                    const Settings& settings,
                                    const BenchRequest& request) {
  std::vector<std::string> command{"env",
                                   way.held ? "ENABLE_CPU_LIMIT=1" : "ENABLE_CPU_LIMIT=0",
                                   request.program.string(),
                                   "harvest",
                                   "--progress",
                                   "none",
                                   "--ep-id",
                                   kEpisode,
                                   "--run-id",
                                   run_id,
                                   "--video",
                                   std::filesystem::absolute(settings.video).string(),
                                   "--data",
                                   std::filesystem::absolute(request.out / "runs").string(),
                                   "--models",
                                   std::filesystem::absolute(settings.models).string(),
                                   "--pack",
                                   settings.pack,
                                   "--cpu-limit",
                                   words(way.held ? request.cap_percent : 100.0 * request.cpus)};
  const bool by_stride = settings.sampling.stride > 0;
  command.emplace_back(by_stride ? "--stride" : "--fps");
  command.push_back(by_stride ? std::to_string(settings.sampling.stride)
                              : words(settings.sampling.fps));
  command.insert(command.end(), way.flags.begin(), way.flags.end());
  return command;
}

/// The last line that a program said.
std::string last_line(std::string text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.pop_back();
  const auto start = text.rfind('\n');
  return start == std::string::npos ? text : text.substr(start + 1);
}

/// A harvest that failed fails the bench in the same way.
[[noreturn]] void fail(const Way& way,
                       const ChildResult& result,
                       KindOfExit kind_of,
                       const std::stop_token& stop) {
  if (stop.stop_requested() || result.exit_code == 130)
    throw Error(ErrorKind::cancelled, "stopped; no table was written");
  std::string text = last_line(result.output);
  const std::string prefix = "screenalytics: ";
  if (text.starts_with(prefix)) text = text.substr(prefix.size());
  throw Error(kind_of(result.exit_code),
              "bench, row '" + way.name +
                  "': " + (text.empty() ? "ended with " + std::to_string(result.exit_code) : text));
}

std::optional<double> most(const Json& cpu, const char* window) {
  const Json& use = cpu.at("windows").at(window);
  return use.is_null() ? std::nullopt : std::optional(use.at("max").get<double>());
}

BenchRow read_row(const Way& way, const RunFolder& run, const Json& manifest) {
  const Json& cpu = manifest.at("cpu");
  const Json& counts = manifest.at("counts");
  BenchRow row{.name = way.name, .what = way.what};
  if (way.held) row.cap_percent = cpu.at("cap_percent").get<double>();
  row.wall_seconds = cpu.at("wall_seconds").get<double>();
  row.cpu_seconds = cpu.at("cpu_seconds").get<double>();
  row.mean_percent = cpu.at("mean_percent").get<double>();
  row.max_second = most(cpu, "1");
  row.max_tenth = most(cpu, "0.1");
  row.threads = cpu.at("peak_threads").get<std::int64_t>();
  row.frames = counts.at("frames_sampled").get<std::int64_t>();
  row.detector_calls = counts.at("model_calls").at("detector").get<std::int64_t>();
  row.embedder_calls = counts.at("model_calls").at("embedder").get<std::int64_t>();
  row.faces = counts.at("faces_embedded").get<std::int64_t>();
  row.points = read_cpu_story(run.file("cpu.csv")).points;
  return row;
}

void describe_video(BenchReport& bench, const Json& manifest) {
  const Json& input = manifest.at("input");
  bench.video_seconds = input.at("duration_s").get<double>();
  bench.width = input.at("width").get<int>();
  bench.height = input.at("height").get<int>();
}

Json to_json(const BenchRow& row, const BenchReport& bench) {
  const auto number = [](const std::optional<double>& value) {
    return value ? Json(*value) : Json(nullptr);
  };
  return {{"name", row.name},
          {"what", row.what},
          {"cap_percent", number(row.cap_percent)},
          {"max_percent_1s", number(row.max_second)},
          {"max_percent_0_1s", number(row.max_tenth)},
          {"mean_percent", row.mean_percent},
          {"wall_seconds", row.wall_seconds},
          {"cpu_seconds", row.cpu_seconds},
          {"frames", row.frames},
          {"frames_per_second",
           row.wall_seconds > 0 ? static_cast<double>(row.frames) / row.wall_seconds : 0},
          {"model_calls", {{"detector", row.detector_calls}, {"embedder", row.embedder_calls}}},
          {"faces", row.faces},
          {"threads", row.threads},
          {"episode_wall_seconds", extrapolated(row.wall_seconds, bench)},
          {"episode_cpu_seconds", extrapolated(row.cpu_seconds, bench)}};
}

Json to_json(const BenchReport& bench) {
  Json rows = Json::array();
  for (const BenchRow& row : bench.rows) rows.push_back(to_json(row, bench));
  return {{"schema", 1},
          {"video", bench.video},
          {"video_seconds", bench.video_seconds},
          {"width", bench.width},
          {"height", bench.height},
          {"sampling", bench.sampling},
          {"cpus", bench.cpus},
          {"cap_percent", bench.cap_percent},
          {"rounds", bench.rounds},
          {"episode_seconds", kEpisodeSeconds},
          {"rows", std::move(rows)}};
}

void write_files(const BenchReport& bench, const std::filesystem::path& out) {
  write_atomically(out / "bench.svg", bench_plot(bench));
  write_atomically(out / "bench.md", bench_markdown(bench));
  write_atomically(out / "bench.json", to_json(bench).dump(1) + "\n");
}

class Bench {
 public:
  Bench(const Settings& settings,
        const BenchRequest& request,
        const std::stop_token& stop,
        const std::function<void(const std::string&)>& say)
      : settings_(settings), request_(request), stop_(stop), say_(say), ways_(ways_of(request)) {
    bench_.video = settings.video.filename().string();
    bench_.sampling = settings.sampling.stride > 0
                          ? "every " + std::to_string(settings.sampling.stride) + ". frame"
                          : words(settings.sampling.fps) + " frames a second";
    bench_.cpus = request.cpus;
    bench_.cap_percent = request.cap_percent;
    bench_.rounds = request.rounds;
    bench_.rows.resize(ways_.size());
  }

  BenchReport run() {
    make_folders(request_.out);
    for (int round = 1; round <= request_.rounds; ++round) {
      for (std::size_t i = 0; i < ways_.size(); ++i) measure(i, round);
    }
    write_files(bench_, request_.out);
    if (!request_.keep_runs) remove_folder(request_.out / "runs");
    return std::move(bench_);
  }

 private:
  void measure(std::size_t i, int round) {
    if (stop_.stop_requested()) throw Error(ErrorKind::cancelled, "stopped; no table was written");
    const Way& way = ways_[i];
    const std::string name = "bench " + std::to_string(i + 1) + "/" + std::to_string(ways_.size()) +
                             ", round " + std::to_string(round) + " of " +
                             std::to_string(request_.rounds) + ": " + way.name;
    say_(name);
    const RunFolder run(request_.out / "runs", kEpisode, way.id + "-" + std::to_string(round));
    remove_folder(run.path());
    const ChildResult result = run_program(command_of(way, run.run_id(), settings_, request_), ".");
    const auto manifest = run.manifest();
    if (result.exit_code != 0 || !manifest) fail(way, result, request_.kind_of, stop_);
    describe_video(bench_, *manifest);
    BenchRow row = read_row(way, run, *manifest);
    say_(name + ": " + words(row.wall_seconds) + " s, " + words(row.cpu_seconds) + " CPU s");
    if (round == 1 || row.cpu_seconds < bench_.rows[i].cpu_seconds) bench_.rows[i] = std::move(row);
  }

  const Settings& settings_;
  const BenchRequest& request_;
  const std::stop_token& stop_;
  const std::function<void(const std::string&)>& say_;
  const std::vector<Way> ways_;
  BenchReport bench_;
};

}  // namespace

BenchReport bench(const Settings& settings,
                  const BenchRequest& request,
                  const std::stop_token& stop,
                  const std::function<void(const std::string&)>& say) {
  return Bench(settings, request, stop, say).run();
}

}  // namespace screenalytics
