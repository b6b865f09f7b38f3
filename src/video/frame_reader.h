// SPDX-License-Identifier: MIT
#pragma once

#include "core/memory_watch.h"
#include "video/ffmpeg.h"
#include "video/packet_source.h"
#include "video/picture.h"
#include "video/segment_reader.h"
#include "video/video_index.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

namespace screenalytics {

/// A frame as the decoder gave it.
struct DecodedFrame {
  std::int64_t index = 0;
  bool damaged = false;  ///< concealed, or decoded without all it refers to
  FramePtr pixels;
};

/// Which frames a reader is to decode.
struct DecodeRange {
  std::int64_t first = 0;
  std::int64_t end = 0;  ///< reading stops when all frames before it are out
  /// Asked before a frame that no other one refers to is decoded.
  std::function<bool(std::int64_t)> wanted;
  LibraryThreads threads = LibraryThreads::one;
};

/// One decoder that runs forward from a key frame. Its statistics count frames of
/// the range only, so that their sum over segments does not depend on where segments are cut.
/// Throws std::bad_alloc when memory ran out, also where FFmpeg would go on with a damaged frame.
class FrameReader {
 public:
  /// `idle`: demuxers of the video to take one from, and to give it back to.
  FrameReader(const VideoIndex& index, DecodeRange range, IdleDemuxers* idle = nullptr);

  /// Decodes anew from the last key frame at or before `frame`, or from the file's start.
  void start(std::int64_t frame);
  /// As start, but from the key frame before that one.
  void start_earlier(std::int64_t frame);
  /// Frames of the whole video from there in presentation order, also some outside the range.
  std::optional<DecodedFrame> next();
  /// Runs forward to this frame; empty when it does not come out. Frames behind it can still be
  /// asked for.
  std::optional<DecodedFrame> read_to(std::int64_t index);
  /// Whether running forward reaches the frame, and no key frame between makes a new start shorter.
  bool is_ahead(std::int64_t index) const;
  /// Empty when decoding has to begin at the start of the file.
  std::optional<std::int64_t> key_before(std::int64_t frame) const;

  Frame finish(DecodedFrame frame) const;
  DecodeStats stats() const;

 private:
  void start_at(std::optional<std::int64_t> key);
  bool feed();
  void drain();
  void send();
  bool may_skip() const;
  bool is_past_end() const;
  bool in_range(std::int64_t index) const { return index >= range_.first && index < range_.end; }
  std::optional<DecodedFrame> decode_next();
  std::optional<DecodedFrame> take(FramePtr pixels);

  MemoryWatch memory_;
  const VideoIndex& index_;
  DecodeRange range_;
  PacketSource packets_;
  PictureShape shape_;
  CodecPtr codec_;
  DecodeStats stats_;
  std::optional<DecodedFrame> ahead_;
  std::int64_t range_packets_ = 0;  // seen since the start
  std::int64_t last_out_ = -1;
  std::int64_t last_key_ = -1;  // latest key frame that was read
  bool skipped_ = false;        // the last packet that is a frame
  bool sent_own_ = false;       // the last packet sent is of the range
  bool draining_ = false;
  bool started_ = false;
};

}  // namespace screenalytics
