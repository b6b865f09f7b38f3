// SPDX-License-Identifier: MIT
#pragma once

#include "cli/commands.h"
#include "cli/surroundings.h"
#include "run/sync_run.h"

namespace screenalytics {

/// What was asked for together with what the environment says. Throws Error for what can be seen to
/// be wrong before anything is done.
SyncRequest sync_request(const Request& request, const Surroundings& around);

/// The sync at the end of another job, whose work is done and must not look lost: what stops the
/// sync as a whole is a failure in the result, too.
SyncResult sync_after(const Settings& settings, const SyncRequest& sync, const RunContext& context);

/// Prints what came of a sync; returns the exit code.
int print_sync(const SyncResult& result);

}  // namespace screenalytics
