// SPDX-License-Identifier: MIT
#pragma once

#include "run/harvest_run.h"
#include "run/loaded_models.h"
#include "store/facebank.h"

#include <filesystem>
#include <string>
#include <vector>

namespace screenalytics {

/// The one face of a photo as a seed. Throws Error{bad_media} for a photo with no face, with two or
/// more, or whose face is too small to recognise, and says which.
SeedPhoto make_seed(const std::filesystem::path& photo,
                    const LoadedModels& models,
                    const Settings& settings,
                    CpuBudget::Permit& permit);

/// Why photos were refused, and how many were added.
struct SeedReport {
  int added = 0;
  std::vector<std::string> refused;
};

/// Adds every photo that holds exactly one face.
SeedReport add_seeds(const Settings& settings,
                     const std::string& cast_id,
                     const std::string& name,
                     const std::vector<std::filesystem::path>& photos,
                     const RunContext& context);

/// Members of `settings.show`; seeds of another model are embedded again from their stored photos,
/// written back, and said. A photo that no longer gives a face is left out with a warning.
std::vector<CastMember> current_members(const Settings& settings,
                                        const LoadedModels& models,
                                        Progress& progress,
                                        CpuBudget::Permit& permit);

/// Faults of the facebank: photos missing or changed, seeds of another model, seeds that look like
/// another member.
std::vector<std::string> verify_facebank(const Facebank& bank,
                                         const std::string& fingerprint,
                                         const MatchOptions& options);

}  // namespace screenalytics
