// SPDX-License-Identifier: MIT
#pragma once

#include "s3/s3_options.h"

#include <filesystem>
#include <optional>
#include <string>

namespace screenalytics {

/// What the environment says: the only place that reads it.
struct Surroundings {
  std::optional<double> cpu_limit;   ///< SCREENALYTICS_CPU_LIMIT
  bool enforce_cpu_limit = true;     ///< ENABLE_CPU_LIMIT=0 turns it off
  const char* slurm_cpus = nullptr;  ///< SLURM_CPUS_PER_TASK
  std::filesystem::path models;      ///< SCREENALYTICS_MODELS, else <XDG data>/screenalytics/models
  std::filesystem::path runtime;     ///< what runs of this user share while they run
  std::filesystem::path cache;       ///< <XDG cache>/screenalytics
  S3Environment aws;                 ///< the AWS_* variables that are set
  std::string sync_to;               ///< SCREENALYTICS_SYNC_TO
};

/// Throws Error{bad_usage} for a SCREENALYTICS_CPU_LIMIT that is no number.
Surroundings read_surroundings();

}  // namespace screenalytics
