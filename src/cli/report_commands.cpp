// SPDX-License-Identifier: MIT
#include "cli/command_line.h"
#include "cli/job_context.h"
#include "cli/sync_output.h"
#include "report/terminal_table.h"
#include "run/cluster_run.h"
#include "run/report_run.h"
#include "run/screentime_run.h"

#include <cstdio>
#include <optional>
#include <vector>

namespace screenalytics {
namespace {

/// What the report shows, in the order in which it is made.
std::vector<EarlierStage> earlier_stages() {
  return {{"cluster",
           [](const Settings& settings, const RunContext& context) {
             const ClusterRequest again = as_clustered_before(settings);
             cluster_run(again.settings, again.clustering, context);
           }},
          {"screentime", [](const Settings& settings, const RunContext& context) {
             measure_run(settings, context);
           }}};
}

void print(const ReportResult& result) {
  std::printf("%s%s\n", screen_time_table(result.time).c_str(), result.page.c_str());
}

int run_report(const Request& request, const Surroundings& around, const std::stop_token& stop) {
  const auto result = with_context(request, around, stop, [&](const RunContext& context) {
    return write_report(
        request.settings, {.copy = request.out, .earlier = earlier_stages()}, context);
  });
  print(result);
  return 0;
}

int run_everything(const Request& request,
                   const Surroundings& around,
                   const std::stop_token& stop) {
  std::optional<SyncRequest> sync;
  if (!request.sync.place.empty()) sync = sync_request(request, around);
  std::optional<SyncResult> synced;
  const auto result = with_context(request, around, stop, [&](const RunContext& context) {
    Settings settings = request.settings;
    settings.output.s3_keys = sync.has_value();
    settings.run_id = harvest(settings, HarvestStage::harvest, context).run.run_id();
    ReportResult report =
        write_report(settings, {.copy = request.out, .earlier = earlier_stages()}, context);
    if (sync) synced = sync_after(settings, *sync, context);
    return report;
  });
  print(result);
  return synced ? print_sync(*synced) : 0;
}

}  // namespace

void add_report_commands(CommandLine& line) {
  const auto with_out = [&line](CLI::App* command) {
    command->add_option("--out", line.request().out, "write the HTML file here too");
  };
  const auto with_sync = [&line](CLI::App* command) {
    add_sync_after_flags(*command, line.request());
    return command;
  };
  with_out(with_sync(
      line.job(line.app(),
               "run",
               "video file -> who is on screen: harvest, cluster, screentime and report",
               FlagSet::harvest,
               [&line] { return run_everything(line.request(), line.around(), line.stop()); })));
  with_out(line.job(line.app(),
                    "report",
                    "who was on screen, as one HTML file and as a table",
                    FlagSet::analysis,
                    [&line] { return run_report(line.request(), line.around(), line.stop()); }));
}

}  // namespace screenalytics
