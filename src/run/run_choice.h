// SPDX-License-Identifier: MIT
#pragma once

#include "run/harvest_run.h"
#include "run/settings.h"
#include "store/run_folder.h"

#include <string>

namespace screenalytics {

/// The run to write to: the named one; else the newest run of the episode when it is unfinished and
/// was begun with the same key; else a new one ("run-0001", "run-0002", ...).
RunFolder choose_run(const Settings& settings, const std::string& key);

/// Takes the run for this process; waits as long as the context allows, and says so. Throws
/// Error{busy}.
RunLock take_run(const RunFolder& run, const RunContext& context);

/// A run and its lock.
struct TakenRun {
  RunFolder run;
  RunLock lock;
};

/// choose_run and take_run in one: what another process finished in between is not overwritten.
TakenRun take_chosen_run(const Settings& settings,
                         const std::string& key,
                         const RunContext& context);

/// The newest run that has tracks and was finished, or the named one: also when `faces-embed` began
/// to replace its faces and did not end. Throws Error{not_found}.
RunFolder find_run(const Settings& settings);

/// While faces are replaced the manifest must not vouch for them, but what detect-track did is not
/// to be lost: the manifest steps aside (durably, in one step) and `held_manifest` finds it there.
void hold_manifest(const RunFolder& run);
/// manifest.json, or the one that stepped aside. Throws Error{not_found, bad_data}.
Json held_manifest(const RunFolder& run);
/// Once a new manifest is written.
void drop_held_manifest(const RunFolder& run);

/// Remembers what the run was begun with, and drops records and artifacts of other settings.
void begin_run(const RunFolder& run, const std::string& key);

}  // namespace screenalytics
