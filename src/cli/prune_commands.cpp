// SPDX-License-Identifier: MIT
#include "cli/command_line.h"
#include "cli/job_context.h"
#include "cli/text.h"
#include "run/prune_run.h"

#include <cstdio>
#include <memory>
#include <string>

namespace screenalytics {
namespace {

std::string megabytes(std::uint64_t bytes) {
  constexpr double kMega = 1e6;
  return fixed(static_cast<double>(bytes) / kMega, 1) + " MB";
}

int run_prune(CommandLine& line, const PruneOptions& options) {
  const Request& request = line.request();
  const auto runs = with_permit(quiet(request), line.around(), line.stop(), [&] {
    return prune_runs(request.settings, options);
  });
  std::uint64_t bytes = 0;
  std::size_t gone = 0;
  for (const PrunedRun& one : runs) {
    std::printf("%s/%s  %s  %s\n",
                one.ep_id.c_str(),
                one.run_id.c_str(),
                megabytes(one.bytes).c_str(),
                one.reason.c_str());
    if (!one.gone) continue;
    ++gone;
    bytes += one.bytes;
  }
  std::printf("%zu run(s), %s %s\n",
              gone,
              megabytes(bytes).c_str(),
              options.dry_run ? "would be removed (--dry-run)" : "removed");
  return 0;
}

}  // namespace

void add_prune_commands(CommandLine& line) {
  auto options = std::make_shared<PruneOptions>();
  auto* prune = line.command(line.app(),
                             "prune",
                             "remove old runs; the newest finished ones of each episode stay",
                             [&line, options] { return run_prune(line, *options); });
  Settings& settings = line.request().settings;
  prune->add_option("--keep", options->keep, "finished runs to keep of each episode")
      ->check(CLI::Range(1, 1'000'000))
      ->capture_default_str();
  prune->add_option("--ep-id", settings.ep_id, "only this episode");
  prune->add_flag("--dry-run", options->dry_run, "only say what would go, and how many bytes");
  prune->add_option("--data", settings.data, "folder of all runs and facebanks")
      ->capture_default_str();
  add_cpu_flags(*prune, settings.cpu);
}

}  // namespace screenalytics
