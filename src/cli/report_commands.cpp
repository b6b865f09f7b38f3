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

bool says_something_about_screentime(const CLI::App& command) {
  AnalysisSettings any;
  bool found = false;
  describe_analysis(any, [&](const std::string& name, auto&, const char*) {
    const CLI::Option* option = command.get_option_no_throw("--" + name);
    found = found || (option != nullptr && option->count() > 0);
  });
  return found;
}

/// What the report shows, in the order in which it is made; `name`: of the command.
std::vector<EarlierStage> earlier_stages(CommandLine& line, const char* name) {
  const CLI::App& command = *line.app().get_subcommand(name);
  const ClusterWishes wishes = cluster_wishes(command, line.request());
  return {{.name = "cluster",
           .run =
               [wishes](const Settings& settings, const RunContext& context) {
                 const ClusterRequest again = as_clustered_before(settings, wishes);
                 cluster_run(again.settings, again.clustering, context);
               },
           .again = !wishes.given.empty()},
          {.name = "screentime",
           .run = [](const Settings& settings,
                     const RunContext& context) { measure_run(settings, context); },
           .again = says_something_about_screentime(command)}};
}

void print(const ReportResult& result) {
  std::printf("%s%s\n", screen_time_table(result.time).c_str(), result.page.c_str());
}

int run_report(CommandLine& line) {
  const Request& request = line.request();
  const auto earlier = earlier_stages(line, "report");
  const auto result =
      with_context(request, line.around(), line.stop(), [&](const RunContext& context) {
        return write_report(request.settings, {.copy = request.out, .earlier = earlier}, context);
      });
  print(result);
  return 0;
}

int run_everything(CommandLine& line) {
  const Request& request = line.request();
  const auto earlier = earlier_stages(line, "run");
  std::optional<SyncRequest> sync;
  if (!request.sync.place.empty()) sync = sync_request(request, line.around());
  std::optional<SyncResult> synced;
  const auto result =
      with_context(request, line.around(), line.stop(), [&](const RunContext& context) {
        Settings settings = request.settings;
        settings.output.s3_keys = sync.has_value();
        settings.run_id = harvest(settings, HarvestStage::harvest, context).run.run_id();
        ReportResult report =
            write_report(settings, {.copy = request.out, .earlier = earlier}, context);
        if (sync) synced = sync_after(settings, *sync, context);
        return report;
      });
  print(result);
  return synced ? print_sync(*synced) : 0;
}

}  // namespace

void add_report_commands(CommandLine& line) {
  Request& request = line.request();
  auto* run = line.job(line.app(),
                       "run",
                       "video file -> who is on screen: harvest, cluster, screentime and report",
                       FlagSet::harvest,
                       [&line] { return run_everything(line); });
  add_sync_after_flags(*run, request);
  add_cluster_tuning(*run, request);
  add_analysis_tuning(*run, request.settings);
  auto* report = line.job(line.app(),
                          "report",
                          "who was on screen, as one HTML file and as a table",
                          FlagSet::analysis,
                          [&line] { return run_report(line); });
  add_cluster_flags(*report, request);
  for (CLI::App* command : {run, report})
    command->add_option("--out", request.out, "write the HTML file here too");
}

}  // namespace screenalytics
