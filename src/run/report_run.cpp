// SPDX-License-Identifier: MIT
#include "run/report_run.h"

#include "files/atomic_file.h"
#include "run/artifact_stage.h"
#include "run/gather_report.h"
#include "store/run_artifacts.h"
#include "store/screen_time_file.h"

namespace screenalytics {
namespace {

constexpr const char* kPage = "report/index.html";

void bring_up_to_date(const RunFolder& run,
                      Settings settings,
                      const std::vector<EarlierStage>& stages,
                      const RunContext& context) {
  settings.run_id = run.run_id();
  for (const EarlierStage& stage : stages) {
    const std::string status = stage_status(run.manifest().value_or(Json::object()), stage.name);
    if (status == "done" && !stage.again) continue;
    context.progress.say("'" + stage.name + "' of run '" + run.run_id() + "' " +
                         (status == "done" ? "runs again with the settings that were given"
                                           : "is " + status + ": it runs first"));
    stage.run(settings, context);
  }
}

}  // namespace

ReportResult write_report(const Settings& settings,
                          const ReportOptions& options,
                          const RunContext& context) {
  const RunFolder run = find_finished_run(settings);
  bring_up_to_date(run, settings, options.earlier, context);
  ArtifactStage stage(run, "report", {"report/"}, context);
  const auto permit = context.budget.acquire(context.stop, Stage::write);
  const EpisodeReport report =
      gather_report(run, stage.manifest(), read_identities(run), read_screen_time(run));
  const std::string page = html_report(report, inline_checksums());
  write_atomically(run.file(kPage), page);
  if (!options.copy.empty()) write_atomically(options.copy, page);
  stage.finish(Json::object());
  return {.run = run,
          .time = report.time,
          .page = options.copy.empty() ? run.file(kPage) : options.copy};
}

}  // namespace screenalytics
