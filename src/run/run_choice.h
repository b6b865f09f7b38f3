// SPDX-License-Identifier: MIT
#pragma once

#include "run/settings.h"
#include "store/run_folder.h"

#include <string>

namespace screenalytics {

/// The run to write to: the named one; else the newest run of the episode when it is unfinished and
/// was begun with the same key; else a new one ("run-0001", "run-0002", ...).
RunFolder choose_run(const Settings& settings, const std::string& key);

/// The newest run that has tracks, or the named one. Throws Error{not_found}.
RunFolder find_run(const Settings& settings);

/// Remembers what the run was begun with, and drops records and artifacts of other settings.
void begin_run(const RunFolder& run, const std::string& key);

}  // namespace screenalytics
