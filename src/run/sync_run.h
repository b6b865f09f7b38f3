// SPDX-License-Identifier: MIT
#pragma once

#include "run/harvest_run.h"
#include "run/sync_decisions.h"
#include "run/transfers.h"
#include "s3/s3_options.h"

#include <cstdint>
#include <string>
#include <vector>

namespace screenalytics {

/// What is to be done with the local copy of a run that is in the store.
enum class LocalCopy { keep, remove_when_verified };

struct SyncRequest {
  std::string place;  ///< s3://bucket/prefix
  S3Options s3;
  S3Environment environment;
  LocalCopy local = LocalCopy::keep;
  OthersDecisions others_decisions = OthersDecisions::keep;
};

struct SyncResult {
  std::string place;       ///< of the run: s3://bucket/prefix/<ep_id>/runs/<run_id>
  std::int64_t files = 0;  ///< of the run, the manifest included
  std::int64_t sent = 0;
  std::uint64_t sent_bytes = 0;
  std::int64_t removed = 0;  ///< objects that the run has no more
  std::int64_t retries = 0;  ///< requests that were sent again
  bool local_removed = false;
  std::string decisions;  ///< what came of the episode's log, in words; empty: nothing to say
  std::vector<TransferFailure> failures;  ///< not empty: the store has no new manifest
};

/// Throws Error for what can be seen to be wrong before anything is done: the place, the endpoint,
/// the shared AWS files, missing credentials.
void check_sync(const SyncRequest& request);

/// Brings a finished run into the store: what is missing or changed, then the manifest. A manifest
/// that is there never vouches for other bytes: before something that it lists changes, it goes.
/// The episode's decisions about people go with it (run/sync_decisions.h). Holds the run's lock.
/// Objects are read by no one before the manifest lists them. Throws Error; single files that do
/// not get through are in the result instead, and the next sync goes on.
SyncResult sync_run(const Settings& settings,
                    const SyncRequest& request,
                    const RunContext& context);

}  // namespace screenalytics
