// SPDX-License-Identifier: MIT
#include "cli/command_line.h"
#include "cli/job_context.h"
#include "core/error.h"
#include "store/file_lock.h"
#include "store/run_folder.h"
#include "store/verify_run.h"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace screenalytics {
namespace {

namespace fs = std::filesystem;

/// The named folder, the named run, or the newest run of the episode.
fs::path run_to_verify(const Settings& settings, const fs::path& folder) {
  if (folder.empty() == settings.ep_id.empty())
    throw Error(ErrorKind::bad_usage,
                "name the run: its folder, or --ep-id with or without --run-id");
  if (!folder.empty()) return folder;
  if (!settings.run_id.empty())
    return RunFolder(settings.data, settings.ep_id, settings.run_id).path();
  const auto runs = list_runs(settings.data, settings.ep_id);
  if (runs.empty()) {
    throw Error(ErrorKind::not_found,
                "episode '" + settings.ep_id + "' has no run in '" + settings.data.string() + "'");
  }
  return RunFolder(settings.data, settings.ep_id, runs.back()).path();
}

std::vector<RunFault> faults_of(const fs::path& folder) {
  const auto lock = try_share_file(folder / ".lock");
  if (!lock) {
    throw Error(ErrorKind::busy,
                "another process works on '" + folder.string() + "': wait for it, then verify");
  }
  auto faults = verify_run(folder);
  std::ranges::move(unfinished_stages(folder), std::back_inserter(faults));
  return faults;
}

int run_verify(CommandLine& line, const fs::path& named) {
  const Request& request = line.request();
  const fs::path folder = run_to_verify(request.settings, named);
  const auto faults =
      with_permit(quiet(request), line.around(), line.stop(), [&] { return faults_of(folder); });
  for (const RunFault& fault : faults)
    std::printf("%s: %s\n", fault.file.c_str(), fault.what.c_str());
  if (!faults.empty()) {
    throw Error(ErrorKind::bad_data,
                "'" + folder.string() + "' is not whole: " + std::to_string(faults.size()) +
                    " fault(s), named on standard output");
  }
  std::printf("%s is whole: every file is as the manifest says and fits the others\n",
              folder.c_str());
  return 0;
}

}  // namespace

void add_verify_commands(CommandLine& line) {
  auto folder = std::make_shared<fs::path>();
  auto* verify = line.command(
      line.app(),
      "verify",
      "check every file of a run against the manifest and against each other (exit 6: damaged)",
      [&line, folder] { return run_verify(line, *folder); });
  Settings& settings = line.request().settings;
  verify->add_option("run", *folder, "the run's folder");
  verify->add_option("--ep-id", settings.ep_id, "or the name of the episode");
  verify->add_option("--run-id", settings.run_id, "and the run (default: the newest)");
  verify->add_option("--data", settings.data, "folder of all runs and facebanks")
      ->capture_default_str();
  add_cpu_flags(*verify, settings.cpu);
}

}  // namespace screenalytics
