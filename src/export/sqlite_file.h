// SPDX-License-Identifier: MIT
#pragma once

#include "export/episode_export.h"

#include <cstdint>
#include <vector>

namespace screenalytics {

/// Version of the tables, in the database's user_version.
inline constexpr int kDatabaseVersion = 1;

/// The bytes of a SQLite database: episodes, people (0: everybody unknown together), shots, tracks,
/// sightings, appearances, shot_presence, together, settings; foreign keys hold. The same bytes for
/// the same episode and SQLite version. Throws Error{internal or unavailable}.
std::vector<std::uint8_t> sqlite_database(const EpisodeExport& episode);

}  // namespace screenalytics
