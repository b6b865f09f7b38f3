// SPDX-License-Identifier: MIT
#pragma once

#include "export/episode_export.h"

#include <string>
#include <vector>

namespace screenalytics {

struct EdlFile {
  std::string name;  ///< id_0001.edl; id_0001_2.edl where one file does not hold all events
  std::string text;
};

/// CMX 3600 edit decision lists, one a person, because its one picture track cannot hold two at
/// once: an event an appearance, on the record side at the place where it is in the episode.
/// Timecode counts from the first frame. A file holds 999 events, as the format's numbers go.
std::vector<EdlFile> edit_lists(const EpisodeExport& episode);

}  // namespace screenalytics
