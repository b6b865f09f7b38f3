// SPDX-License-Identifier: MIT
#pragma once

#include "video/ffmpeg.h"
#include "video/idle_demuxers.h"
#include "video/video_index.h"

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

namespace screenalytics {

/// Packets of an indexed video, read again: each with the frame it belongs to, starting at any key
/// frame.
class PacketSource {
 public:
  /// Takes an open demuxer from `idle` where there is one, and gives it back in the end when
  /// another source may use it. What is referred to must outlive it.
  explicit PacketSource(const VideoIndex& index, IdleDemuxers* idle = nullptr);
  ~PacketSource();
  PacketSource(const PacketSource&) = delete;
  PacketSource& operator=(const PacketSource&) = delete;

  /// The next packet to come is the one of this key frame, or the first of the file for an empty
  /// one.
  void start_at(std::optional<std::int64_t> key);
  /// Moves on to the next packet; false at the end of the file.
  bool next();
  const AVPacket& packet() const { return *packet_; }
  /// The frame the packet belongs to; empty for one that is no frame by itself.
  std::optional<std::int64_t> frame() const { return frame_; }
  /// The frame that a decoder's output is, by the timestamp its packet was given.
  std::optional<std::int64_t> frame_of(const AVFrame& frame) const;
  const AVStream& stream() const { return *file_->streams[index_.info.video_stream]; }
  std::int64_t seeks() const { return seeks_; }

 private:
  void open();
  void identify();
  bool is_near(std::int64_t key) const;
  bool seek(std::int64_t key, Duration earlier);
  bool read_on_to(std::int64_t key, bool from_file_start);
  std::optional<std::int64_t> find_dts(std::int64_t dts) const;
  std::optional<std::int64_t> find_pts(std::int64_t pts) const;
  std::optional<std::int64_t> find_near(std::int64_t pts) const;

  const VideoIndex& index_;
  IdleDemuxers* const idle_;
  FormatPtr file_;
  PacketPtr packet_;
  std::optional<std::int64_t> frame_;
  std::vector<std::pair<std::int64_t, std::int64_t>>
      by_dts_;  // dts and frame, where frames are known by dts
  std::int64_t ordinal_ = 0;
  std::int64_t furthest_ = -1;  // latest frame read since the last seek
  std::int64_t seeks_ = 0;
  std::int64_t damaged_ = 0;
  bool holds_key_ = false;  // the packet that next() is to give has been read
  bool fresh_ = true;       // nothing read since the file was opened
  bool placed_ = true;      // furthest_ says where the demuxer stands
  bool complete_ = true;    // the demuxer knew every frame when it was opened
  bool plain_ = true;       // packets came with nothing but data, and none was damaged
};

}  // namespace screenalytics
