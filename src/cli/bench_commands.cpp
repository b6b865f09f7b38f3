// SPDX-License-Identifier: MIT
#include "budget/cpu_limits.h"
#include "cli/command_line.h"
#include "cli/exit_codes.h"
#include "cli/job_context.h"
#include "run/bench_run.h"

#include <cstdio>
#include <filesystem>
#include <memory>

namespace screenalytics {
namespace {

struct BenchAsked {
  BenchRequest request{.out = "bench"};
  bool quiet = false;
};

int run_bench(BenchAsked& asked,
              const Request& request,
              const Surroundings& around,
              const std::stop_token& stop) {
  check(request.settings);
  const CpuAllowance allowance = read_allowance(around.slurm_cpus);
  const CpuCap cap = plan_cap(request.settings.cpu.limit, allowance, CpuMethod::automatic);
  BenchRequest& bench_request = asked.request;
  bench_request.program = std::filesystem::read_symlink("/proc/self/exe");
  bench_request.cap_percent = cap.percent;
  bench_request.cpus = plan_cap(allowance.percent(), allowance, CpuMethod::automatic).permits;
  bench_request.kind_of = kind_of_exit;
  const BenchReport report =
      bench(request.settings, bench_request, stop, [&asked](const std::string& text) {
        if (!asked.quiet) std::fprintf(stderr, "%s\n", text.c_str());
      });
  std::printf("%s\n%s\n", bench_markdown(report).c_str(), bench_request.out.c_str());
  return 0;
}

}  // namespace

void add_bench_commands(CommandLine& line) {
  const auto asked = std::make_shared<BenchAsked>();
  Settings& settings = line.request().settings;
  auto* bench = line.command(
      line.app(),
      "bench",
      "what CPU cap, batching and selection do on your video: the same harvest five ways, as a "
      "table and a picture",
      [&line, asked] { return run_bench(*asked, line.request(), line.around(), line.stop()); });
  bench->add_option("--video", settings.video, "the video file")->required();
  bench->add_option("--cpu-limit", settings.cpu.limit, "percent of one core, for the capped rows")
      ->capture_default_str();
  auto* fps =
      bench
          ->add_option("--fps", settings.sampling.fps, "look at this many frames a second of video")
          ->capture_default_str();
  bench->add_option("--stride", settings.sampling.stride, "look at every n-th frame instead")
      ->check(CLI::Range(1, 1'000'000))
      ->excludes(fps);
  bench
      ->add_option(
          "--rounds", asked->request.rounds, "measure so often, show the one with the least CPU")
      ->check(CLI::Range(1, 100))
      ->capture_default_str();
  bench
      ->add_option(
          "--out", asked->request.out, "folder for bench.md, bench.json and bench.svg, made anew")
      ->capture_default_str();
  bench->add_flag("--keep-runs", asked->request.keep_runs, "keep the five harvests in <out>/runs");
  bench->add_flag("--quiet", asked->quiet, "no lines about where it is");
  bench->add_option("--models", settings.models, "folder of all model packs");
  bench->add_option("--pack", settings.pack, "model pack")->capture_default_str();
}

}  // namespace screenalytics
