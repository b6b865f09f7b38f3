// SPDX-License-Identifier: MIT
#pragma once

#include "core/face.h"
#include "run/harvest_run.h"
#include "store/json_lines.h"

#include <filesystem>
#include <string>
#include <vector>

namespace screenalytics {

struct SearchRequest {
  std::filesystem::path photo;
  int face = 0;  ///< which of several faces, from 1, left to right; 0: the photo has one only
  int top = 20;  ///< tracks to show
};

/// Finds the face of a photo in the newest finished run of every episode (with `settings.show`: of
/// those clustered with that show). Only embeddings of the same model are compared; other runs are
/// counted in "skipped" and said. docs/artifacts.md, "search". Throws Error{bad_media: no face, or
/// several and none chosen}.
Json search_photo(const Settings& settings,
                  const SearchRequest& request,
                  const RunContext& context);

/// The same for a face whose embedding is known.
Json search_face(const Settings& settings,
                 const Embedding& face,
                 const std::string& fingerprint,
                 double min_similarity,
                 int top);

/// Newest finished run of every episode below `data`, by episode.
std::vector<RunFolder> newest_runs(const std::filesystem::path& data);
/// Of the model that made a run's embeddings; empty when it has none.
std::string embedder_fingerprint(const Json& manifest);
/// The show that a run was clustered with; empty when none.
std::string show_of(const Json& manifest);

}  // namespace screenalytics
