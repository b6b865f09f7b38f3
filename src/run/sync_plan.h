// SPDX-License-Identifier: MIT
#pragma once

#include "s3/s3_xml.h"
#include "store/json_lines.h"
#include "store/run_folder.h"

#include <cstdint>
#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace screenalytics {

/// A file of a run as its manifest lists it.
struct RunFile {
  std::string name;  ///< relative to the run's folder
  std::uint64_t bytes = 0;
  std::string sha256;  ///< hexadecimal
};

/// The artifacts of a manifest, which may come from anywhere. Throws Error{bad_data} when a name
/// would leave the run's folder, or when the list is damaged.
std::vector<RunFile> files_of(const Json& manifest);

/// The object that a file of a run becomes: <ep_id>/runs/<run_id>/<name>, below the prefix.
std::string object_name(const RunFolder& run, const std::string& name);

/// An object that is known to hold certain bytes, as long as the store still shows this ETag for
/// it.
struct KnownObject {
  std::uint64_t bytes = 0;
  std::string sha256;
  std::string etag;
};
using KnownObjects = std::map<std::string, KnownObject>;  // by name relative to the run

/// What there is to do so that the store holds exactly the run.
struct SyncPlan {
  std::vector<RunFile> same;  ///< there already
  std::vector<RunFile> ask;   ///< there with the right size; only the store can tell what it is
  std::vector<RunFile> send;  ///< missing or changed
  std::vector<std::string> obsolete;  ///< we sent it once, the run has it no more
  std::vector<std::string> foreign;   ///< not ours: left alone
  bool takes_back = false;  ///< objects that an older manifest vouches for will change or go
};

/// `there`: the run's part of the bucket, by name relative to the run. `ours`: names that we are
/// known to have sent. The manifest is no part of the plan: it goes last.
SyncPlan plan_sync(const std::vector<RunFile>& files,
                   const std::map<std::string, ListedObject>& there,
                   const KnownObjects& known,
                   const std::set<std::string>& ours);

}  // namespace screenalytics
