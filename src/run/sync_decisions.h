// SPDX-License-Identifier: MIT
#pragma once

#include "run/harvest_run.h"
#include "s3/s3_client.h"

#include <filesystem>
#include <optional>
#include <string>

// An episode's log of decisions (people.jsonl) and its copy in a store, one object for all runs of
// the episode. The log is only ever appended to, so one copy is how the other begins, or somebody
// decided on two machines. Neither copy ever loses a decision.

namespace screenalytics {

/// What a sync does with a copy in the store that has decisions which are not here.
enum class OthersDecisions {
  keep,
  replace,  ///< the user has looked at them
};

/// The log's object, below a place's prefix: <ep_id>/people.jsonl.
std::string decisions_name(const std::string& ep_id);

/// Brings the log into the store when it goes on from the copy there, or there is none. Warns and
/// sends nothing when the store has decisions that are not here, unless they are to be replaced.
/// Returns a line for people, empty when nothing changed. Throws Error as the client does, and
/// Error{bad_data} for a log that cannot be read.
std::string send_decisions(S3Client& client,
                           const std::string& key,
                           const std::filesystem::path& log,
                           OthersDecisions others,
                           const RunContext& context);

/// Puts decisions that come from a store where the episode's log is: when there is none, or when
/// they go on from it. Decisions that were made here are never changed: when both sides have some
/// that the other lacks, the store's lie beside them (people.from-store.jsonl), and that is said.
/// Runs of the episode that lack decisions become stale; `pulled` only when they are newer than its
/// people. Returns a line for people, empty when nothing changed. Throws Error{busy, io, no_space,
/// bad_data for a log here that cannot be read}.
std::string take_over_decisions(const std::string& lines,
                                const Settings& settings,
                                const RunFolder& pulled,
                                Progress& progress);

}  // namespace screenalytics
