// SPDX-License-Identifier: MIT
#include "cli/command_line.h"
#include "cli/job_context.h"
#include "cli/text.h"
#include "core/error.h"
#include "files/folders.h"
#include "run/determinism_run.h"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include <unistd.h>

namespace screenalytics {
namespace {

namespace fs = std::filesystem;

struct DeterminismFlags {
  fs::path keep;  ///< empty: a folder that is gone afterwards
};

/// A new folder for the runs; removed at the end unless the user wants to keep it.
class Place {
 public:
  explicit Place(const fs::path& keep)
      : path_(keep.empty() ? fs::temp_directory_path() /
                                 ("screenalytics-determinism-" + std::to_string(::getpid()))
                           : keep),
        kept_(!keep.empty()) {
    if (fs::exists(path_) && !fs::is_empty(path_)) {
      throw Error(ErrorKind::bad_usage,
                  "'" + path_.string() + "' is not an empty folder: name another one for --keep");
    }
  }
  ~Place() {
    std::error_code ignored;
    if (!kept_) fs::remove_all(path_, ignored);
  }
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;
  const fs::path& path() const { return path_; }

 private:
  fs::path path_;
  bool kept_;
};

void print(const DeterminismTry& one) {
  std::string verdict = one.different.empty() ? "same bytes" : "DIFFERENT:";
  for (const std::string& name : one.different) verdict += " " + name;
  std::printf("%-26s %9lld %8lld %9s  %s\n",
              one.what.c_str(),
              static_cast<long long>(one.segments),
              static_cast<long long>(one.resumed),
              fixed(one.seconds, 1).c_str(),
              verdict.c_str());
  std::fflush(stdout);
}

int run_determinism(CommandLine& line,
                    const DeterminismFlags& flags,
                    std::vector<std::string> more) {
  const Request& request = line.request();
  const Place place(flags.keep);
  DeterminismRequest wanted{.program = fs::read_symlink("/proc/self/exe"), .data = place.path()};
  wanted.words = {
      "--video", request.settings.video.string(), "--models", request.settings.models.string()};
  std::ranges::move(more, std::back_inserter(wanted.words));
  std::printf("%-26s %9s %8s %9s  %s\n", "harvest", "segments", "resumed", "seconds", "artifacts");
  const auto tries =
      with_context(quiet(request), line.around(), line.stop(), [&](const RunContext& context) {
        return try_determinism(wanted, context, print);
      });
  const auto bad = std::ranges::count_if(
      tries, [](const DeterminismTry& one) { return !one.different.empty(); });
  if (bad == 0) {
    std::printf("%zu harvests, every artifact the same bytes\n", tries.size());
    return 0;
  }
  throw Error(ErrorKind::bad_data,
              std::to_string(bad) + " of " + std::to_string(tries.size()) + " harvests of '" +
                  request.settings.video.string() +
                  "' differ from the first; the table names the files (--keep FOLDER keeps them)");
}

}  // namespace

void add_determinism_commands(CommandLine& line) {
  auto flags = std::make_shared<DeterminismFlags>();
  auto more = std::make_shared<std::vector<std::string>>();
  auto* command = line.command(
      line.app(),
      "determinism",
      "prove on a video of yours that workers, caps, segments and interruptions change no byte",
      [&line, flags, more] { return run_determinism(line, *flags, *more); });
  Settings& settings = line.request().settings;
  command->add_option("--video", settings.video, "the video file")->required();
  command->add_option("--models", settings.models, "folder of all model packs");
  command->add_option("--keep", flags->keep, "keep the runs in this new folder");
  command->add_option("harvest-flags", *more, "after --: flags that every harvest gets");
}

}  // namespace screenalytics
