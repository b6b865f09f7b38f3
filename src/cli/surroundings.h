// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <optional>

namespace screenalytics {

/// What the environment says: the only place that reads it.
struct Surroundings {
  std::optional<double> cpu_limit;   ///< SCREENALYTICS_CPU_LIMIT
  bool enforce_cpu_limit = true;     ///< ENABLE_CPU_LIMIT=0 turns it off
  const char* slurm_cpus = nullptr;  ///< SLURM_CPUS_PER_TASK
  std::filesystem::path models;      ///< SCREENALYTICS_MODELS, else <XDG data>/screenalytics/models
  std::filesystem::path runtime;     ///< what runs of this user share while they run
  std::filesystem::path cache;       ///< <XDG cache>/screenalytics
};

/// Throws Error{bad_usage} for a SCREENALYTICS_CPU_LIMIT that is no number.
Surroundings read_surroundings();

}  // namespace screenalytics
