// SPDX-License-Identifier: MIT
#pragma once

#include "core/geometry.h"
#include "core/time.h"

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace screenalytics {

struct StreamInfo {
  int number = 0;
  std::string kind;  ///< video, audio, subtitle, data, attachment, cover
  std::string codec;
};

enum class Transfer { sdr, pq, hlg };

struct VideoInfo {
  std::filesystem::path path;
  std::uint64_t bytes = 0;
  std::string container;
  std::string codec;
  std::string pixel_format;
  Size coded;               ///< as stored
  Size size;                ///< after rotation and mirror: the coordinates of every box
  double pixel_aspect = 1;  ///< width of a pixel over its height, after rotation
  int rotation = 0;         ///< clockwise turn that was applied, degrees: 0, 90, 180, 270
  bool mirrored = false;    ///< flipped left to right (after the turn)
  int bit_depth = 8;
  bool full_range = false;
  bool interlaced = false;  ///< as the stream says
  Transfer transfer = Transfer::sdr;
  double nominal_fps = 0;  ///< frames / duration
  MediaTime start;         ///< presentation time of the first frame
  MediaTime end;           ///< end of the last frame
  std::int64_t frame_count = 0;
  int video_stream = 0;
  std::vector<StreamInfo> streams;
  std::vector<std::string>
      notes;  ///< what a user should know: other video streams left out, timestamps made up, ...
};

/// FFmpeg's version, for `doctor`.
std::string decoder_library_version();

}  // namespace screenalytics
