// SPDX-License-Identifier: MIT
#pragma once

#include "core/identity.h"
#include "core/shot.h"
#include "store/npy.h"
#include "store/run_folder.h"
#include "store/track_rows.h"

#include <map>
#include <string>
#include <vector>

namespace screenalytics {

/// Readers of what a run left, for everything that works without the video. All throw
/// Error{not_found, io or bad_data} that names the file and says which command makes it anew.

/// tracks.jsonl, by track id.
std::vector<TrackRecord> read_tracks(const RunFolder& run);

/// shots.jsonl, in time order.
std::vector<Shot> read_shots(const RunFolder& run);

/// samples.jsonl, in time order.
std::vector<SampledFrame> read_samples(const RunFolder& run);

/// tracks.npy; its rows are checked against the embedding rows of `tracks`.
NpyMatrix read_track_embeddings(const RunFolder& run, const std::vector<TrackRecord>& tracks);

/// Skipped faces by reason, from faces.jsonl.
std::map<std::string, std::int64_t> count_skips(const RunFolder& run);

/// What identities.json says besides the people.
struct IdentitiesHeader {
  std::string embedding_model;  ///< name
  std::string fingerprint;      ///< of the embedder
  Json config = Json::object();
  Json stats = Json::object();
};

Json to_json(const RunFolder& run,
             const Identities& identities,
             const IdentitiesHeader& header,
             const std::map<IdentityId, TimeSpan>& spans);
/// identities.json. Throws Error{not_found: run 'screenalytics cluster' first}.
Identities read_identities(const RunFolder& run);

}  // namespace screenalytics
