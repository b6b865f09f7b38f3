// SPDX-License-Identifier: MIT
#pragma once

#include "core/time.h"
#include "video/ffmpeg.h"
#include "video/output_file.h"
#include "video/video_index.h"

#include <cstdint>
#include <string>
#include <vector>

namespace screenalytics {

/// Copies a video's audio streams as they are, packet by packet, with their own times.
class AudioCopy {
 public:
  /// Adds a stream to `out` for each audio stream of the source that the container can hold; `out`
  /// must outlive it. What cannot be kept is added to `notes`.
  AudioCopy(const VideoIndex& source, OutputFile& out, std::vector<std::string>& notes);

  /// Writes all packets that come before this time in the file's order.
  void write_until(MediaTime time);
  void write_all();

 private:
  struct Stream {
    int out = -1;  // number in the output; -1: not kept
    std::int64_t last_dts = AV_NOPTS_VALUE;
  };
  void add(const AVStream& from, std::vector<std::string>& notes);
  bool read();
  void write();

  OutputFile& out_;
  FormatPtr file_;
  std::vector<Stream> streams_;  // by number in the source
  PacketPtr packet_;
  bool holds_ = false;  // a packet was read and not written
  std::int64_t damaged_ = 0;
};

}  // namespace screenalytics
