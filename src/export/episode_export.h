// SPDX-License-Identifier: MIT
#pragma once

#include "core/geometry.h"
#include "core/identity.h"
#include "core/screen_time.h"
#include "core/track.h"
#include "export/frame_rate.h"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace screenalytics {

/// A track and whose it is.
struct ExportTrack {
  enum class State { person, unknown, ignored };
  Track track;
  State state = State::unknown;
  IdentityId identity;     ///< 0 unless a person's
  std::string reason;      ///< why it is unknown
  std::int64_t faces = 0;  ///< kept faces
};

/// Everything that an export can be made of. Times are the container's; formats that count from the
/// first frame subtract `time.episode.begin`.
struct EpisodeExport {
  std::string ep_id;
  std::string run_id;
  std::string video;  ///< absolute path
  Size size;
  FrameRate rate;
  std::int64_t frames = 0;
  EpisodeScreenTime time;
  std::vector<ExportTrack> tracks;                            ///< by id
  std::vector<std::pair<std::string, std::string>> settings;  ///< name, value as text
};

/// The video's name without folders.
std::string file_name(const EpisodeExport& episode);

}  // namespace screenalytics
