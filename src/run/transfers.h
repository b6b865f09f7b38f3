// SPDX-License-Identifier: MIT
#pragma once

#include "run/harvest_run.h"
#include "run/sync_plan.h"
#include "s3/s3_client.h"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace screenalytics {

/// A file that did not get through.
struct TransferFailure {
  std::string name;
  std::string why;
};

/// Does `job` for every file, with as many connections at once as the session allows, and counts
/// files in the progress. One file that fails does not stop the others; when ten in a row fail
/// because of the store or the network, the rest is not tried. Throws Error{cancelled} when stopped
/// (after all threads have ended), Error{bad_usage} for what no file could get through.
std::vector<TransferFailure> transfer_all(
    S3Session& session,
    const std::string& bucket,
    const RunContext& context,
    const std::vector<RunFile>& files,
    const std::function<void(S3Client& client, const RunFile& file)>& job);

/// A small text whole; `text` must outlive the transfer. `name` tells the type.
Upload upload_of_text(std::string_view text, const std::string& name);

/// Reads a local file piece by piece while it goes up. `read` throws Error{not_found or io}.
Upload upload_of(const std::filesystem::path& path, const RunFile& file, Progress& progress);

}  // namespace screenalytics
