// SPDX-License-Identifier: MIT
#include "cli/surroundings.h"

#include "core/error.h"

#include <cstdlib>
#include <string>

#include <unistd.h>

namespace screenalytics {
namespace {

const char* variable(const char* name) {
  return std::getenv(name);
}  // NOLINT(concurrency-mt-unsafe): before any thread

std::filesystem::path user_folder(const char* xdg, const char* under_home) {
  if (const char* folder = variable(xdg); folder != nullptr && *folder == '/')
    return std::filesystem::path(folder) / "screenalytics";
  const char* home = variable("HOME");
  return std::filesystem::path(home != nullptr ? home : ".") / under_home / "screenalytics";
}

double read_percent(const std::string& text) {
  try {
    std::size_t used = 0;
    const double value = std::stod(text, &used);
    if (used == text.size() && value >= 1) return value;
  } catch (const std::exception&) {  // NOLINT(bugprone-empty-catch): reported below
  }
  throw Error(
      ErrorKind::bad_usage,
      "SCREENALYTICS_CPU_LIMIT is '" + text + "': it must be a number of percent, 1 or more");
}

}  // namespace

Surroundings read_surroundings() {
  Surroundings found;
  if (const char* limit = variable("SCREENALYTICS_CPU_LIMIT"); limit != nullptr && *limit != 0)
    found.cpu_limit = read_percent(limit);
  if (const char* enable = variable("ENABLE_CPU_LIMIT"); enable != nullptr)
    found.enforce_cpu_limit = std::string(enable) != "0";
  found.slurm_cpus = variable("SLURM_CPUS_PER_TASK");
  const char* models = variable("SCREENALYTICS_MODELS");
  found.models = models != nullptr && *models != 0
                     ? std::filesystem::path(models)
                     : user_folder("XDG_DATA_HOME", ".local/share") / "models";
  const char* runtime = variable("XDG_RUNTIME_DIR");
  found.runtime = runtime != nullptr && *runtime == '/'
                      ? std::filesystem::path(runtime) / "screenalytics"
                      : std::filesystem::path("/tmp/screenalytics-" + std::to_string(getuid()));
  found.cache = user_folder("XDG_CACHE_HOME", ".cache");
  for (const char* name : kS3Variables)
    if (const char* value = variable(name); value != nullptr && *value != 0)
      found.aws[name] = value;
  if (const char* place = variable("SCREENALYTICS_SYNC_TO"); place != nullptr)
    found.sync_to = place;
  return found;
}

}  // namespace screenalytics
