// SPDX-License-Identifier: MIT
#pragma once

#include "core/ids.h"
#include "core/time.h"
#include "video/video_info.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <stop_token>
#include <vector>

namespace screenalytics {

/// One frame as its packet announces it, before anything is decoded.
struct FrameEntry {
  MediaTime time;
  Duration duration{};
  std::int64_t pts = 0;  ///< in the stream's time base; what the decoder's frame carries
  std::int64_t dts = 0;
  std::int32_t bytes = 0;  ///< of the packet
  bool key = false;        ///< decoding can start here
  bool reference = true;   ///< other frames may need it; false: it can be left undecoded
};

/// Frames [first, end) in presentation order; `first` is a key frame (or frame 0).
struct Segment {
  int number = 0;
  FrameIndex first;
  FrameIndex end;
};

/// Every frame of the video in presentation order, from one pass over its packets.
class VideoIndex {
 public:
  VideoInfo info;
  std::vector<FrameEntry> frames;
  std::vector<std::int64_t> keys;    ///< numbers of the key frames, ascending
  std::int64_t damaged_packets = 0;  ///< the demuxer marked or dropped
  /// False when the container has no usable timestamps or key frames: then there is one segment,
  /// every frame is decoded in order and index i is the i-th frame that comes out.
  bool seekable = true;
  /// Packets are recognised by FrameEntry::dts (in a video that is not seekable: by their place in
  /// the file), because the container has no presentation timestamps, or not for all.
  bool known_by_dts = false;

  const FrameEntry& at(FrameIndex index) const {
    return frames[static_cast<std::size_t>(index.value)];
  }
};

/// Called with bytes read and bytes in all.
using IndexProgress = std::function<void(std::uint64_t, std::uint64_t)>;

/// Opens a local file (no other protocol, not through a playlist) and reads its packets. Throws
/// Error{not_found, bad_media or cancelled} with one clear line: no such file, a folder, empty, not
/// a video, audio only, no frames, no decoder for the codec.
VideoIndex index_video(const std::filesystem::path& path,
                       const std::stop_token& stop,
                       const IndexProgress& progress = {});

/// Cuts at the first key frame at or after each multiple of `length`. Every frame is in exactly one
/// segment.
std::vector<Segment> plan_segments(const VideoIndex& index, Duration length);

}  // namespace screenalytics
