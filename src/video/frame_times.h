// SPDX-License-Identifier: MIT
#pragma once

#include "video/packet_facts.h"
#include "video/video_index.h"

#include <cstdint>
#include <string>
#include <vector>

namespace screenalytics {

/// A packet of the video stream as the demuxer gave it, in decoding order.
struct PacketEntry {
  std::int64_t pts = AV_NOPTS_VALUE;
  std::int64_t dts = AV_NOPTS_VALUE;
  std::int64_t duration = 0;
  std::int64_t ordinal =
      0;  ///< place among all packets of the stream, those that are no frames included
  std::int32_t bytes = 0;
  bool key = false;
  PacketFacts facts;
};

struct StreamTiming {
  AVRational time_base{1, 1};
  AVRational frame_rate{0, 1};  ///< used where the container has no timestamps
  bool may_jump = false;        ///< the format allows jumps of its clock (MPEG-TS)
};

/// What became of the packets: frames in presentation order, and how packets are recognised when
/// read again.
struct FrameTimes {
  std::vector<FrameEntry> frames;
  bool seekable = true;
  bool known_by_dts = false;
  std::vector<std::string> notes;
};

/// Joins the two fields of a frame, leaves out packets that show nothing, and gives every frame its
/// time: the container's own; else worked out from decoding times; else from the frame rate.
FrameTimes time_frames(std::vector<PacketEntry> packets, const StreamTiming& timing);

}  // namespace screenalytics
