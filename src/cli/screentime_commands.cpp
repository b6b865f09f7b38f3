// SPDX-License-Identifier: MIT
#include "cli/command_line.h"
#include "cli/job_context.h"
#include "report/html_text.h"
#include "report/terminal_table.h"
#include "run/export_run.h"
#include "run/screentime_run.h"
#include "run/season_run.h"

#include <cstdio>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace screenalytics {
namespace {

int run_screentime(CommandLine& line) {
  const MeasuredRun measured =
      with_context(line.request(), line.around(), line.stop(), [&](const RunContext& context) {
        return measure_run(line.request().settings, context);
      });
  std::printf("%s", screen_time_table(measured.time).c_str());
  std::printf("%s\n", measured.run.file("screentime.json").c_str());
  return 0;
}

std::vector<std::string> row_of(const SeasonPerson& person, const Season& season) {
  return {shortened(person.name, 40),
          hours_text(person.total),
          "\u00b1 " + decimal(to_seconds(person.error_bound), 1) + " s",
          percent_of(person.total, season.length),
          std::to_string(person.episodes),
          std::to_string(person.appearances)};
}

/// People with a name, a line each; the others are many and mean little beyond their episode.
void print_season(const SeasonResult& result) {
  const Season& season = result.season;
  std::vector<std::vector<std::string>> rows{
      {"person", "on screen", "", "share", "episodes", "times"}};
  std::size_t nameless = 0;
  for (const SeasonPerson& person : season.people) {
    if (person.named) {
      rows.push_back(row_of(person, season));
    } else {
      ++nameless;
    }
  }
  std::printf("%s", aligned_table(rows).c_str());
  if (nameless > 0) {
    std::printf(
        "%s without a name, apart by episode: name them with 'screenalytics people rename'\n",
        counted(static_cast<std::int64_t>(nameless), "person", "people").c_str());
  }
  std::printf(
      "%s; faces on screen %s of %s\n%s\n%s\n",
      counted(static_cast<std::int64_t>(result.episodes.size()), "episode", "episodes").c_str(),
      length_text(season.faced).c_str(),
      length_text(season.length).c_str(),
      result.json.c_str(),
      result.csv.c_str());
}

int run_season(CommandLine& line, const SeasonRequest& season) {
  print_season(
      with_context(line.request(), line.around(), line.stop(), [&](const RunContext& context) {
        return season_run(line.request().settings, season, context);
      }));
  return 0;
}

int run_export(CommandLine& line, ExportRequest& request, const std::string& formats) {
  request.formats = read_export_formats(formats);
  const auto written =
      with_context(line.request(), line.around(), line.stop(), [&](const RunContext& context) {
        return export_run(line.request().settings, request, context);
      });
  for (const auto& path : written) std::printf("%s\n", path.c_str());
  return 0;
}

const std::map<std::string, MotIds> kMotIds{{"identity", MotIds::identity},
                                            {"track", MotIds::track}};

void add_season(CommandLine& line) {
  auto season = std::make_shared<SeasonRequest>();
  auto* added = line.job(
      line.app(), "season", "screen time over many episodes", FlagSet::season, [&line, season] {
        return run_season(line, *season);
      });
  added->add_option("episodes", season->episodes, "their names (default: all that are there)");
  added->add_option("--show", season->show, "only episodes whose cast is this show's");
  added->add_option("--out", season->out, "folder of season.json and season.csv (default: --data)");
}

void add_export(CommandLine& line) {
  auto request = std::make_shared<ExportRequest>();
  auto formats = std::make_shared<std::string>();
  auto* added =
      line.job(line.app(),
               "export",
               "screen time, people and tracks in other programs' formats",
               FlagSet::analysis,
               [&line, request, formats] { return run_export(line, *request, *formats); });
  std::string known;
  for (const std::string& name : export_formats()) known += name + ",";
  added->add_option("--format", *formats, "all, or a list of: " + known.substr(0, known.size() - 1))
      ->required();
  added->add_option("--out", request->out, "folder (default: <data>/<ep_id>/export)");
  added->add_option("--mot-ids", request->mot_ids, "what an id in MOTChallenge text means")
      ->transform(CLI::CheckedTransformer(kMotIds).description("{identity,track}"));
}

}  // namespace

void add_screentime_commands(CommandLine& line) {
  line.job(line.app(),
           "screentime",
           "when and for how long each person is on screen",
           FlagSet::analysis,
           [&line] { return run_screentime(line); });
  add_season(line);
  add_export(line);
}

}  // namespace screenalytics
