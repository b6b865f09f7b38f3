// SPDX-License-Identifier: MIT
#include "video/packet_source.h"

#include "core/error.h"
#include "video/stream.h"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <string_view>

namespace screenalytics {
namespace {

/// Containers whose headers say all a decoder has to know; others must be looked into first.
bool describes_itself(const AVFormatContext& file, int stream) {
  const std::string_view name = file.iformat->name;
  const AVCodecParameters& codec = *file.streams[stream]->codecpar;
  return (name.starts_with("mov,") || name.starts_with("matroska")) && codec.width > 0 &&
         codec.codec_id != AV_CODEC_ID_NONE;
}

}  // namespace

PacketSource::PacketSource(const VideoIndex& index, IdleDemuxers* idle)
    : index_(index), idle_(idle), packet_(make_packet()) {
  if (index.known_by_dts) {
    by_dts_.reserve(index.frames.size());
    for (std::size_t i = 0; i < index.frames.size(); ++i) {
      by_dts_.emplace_back(index.frames[i].dts, static_cast<std::int64_t>(i));
    }
    std::ranges::sort(by_dts_);
  }
  if (idle_ != nullptr) file_ = idle_->take();
  if (file_) {
    fresh_ = placed_ = false;
  } else {
    open();
  }
}

/// A demuxer may be used again when nothing of what it read before shows after a seek. That of MP4
/// and MOV is such a one when it knew every frame as it was opened (fragments add to its table
/// while they are read), when frames are known by presentation times, which it has from that table,
/// and when no packet brought side data, which is sent once (a palette, other codec parameters).
PacketSource::~PacketSource() {
  if (idle_ == nullptr || !file_ || !plain_ || damaged_ > 0) return;
  if (complete_ && index_.seekable && !index_.known_by_dts) idle_->give_back(std::move(file_));
}

void PacketSource::open() {
  const int stream = index_.info.video_stream;
  file_ = open_video(index_.info.path);
  if (static_cast<unsigned>(stream) >= file_->nb_streams || !describes_itself(*file_, stream)) {
    read_stream_info(*file_, index_.info.path);
  }
  if (static_cast<unsigned>(stream) >= file_->nb_streams) {
    throw Error(ErrorKind::bad_media,
                quoted(index_.info.path) + " changed while it was in use; start again");
  }
  keep_only(*file_, stream);
  complete_ = std::string_view(file_->iformat->name).starts_with("mov,") &&
              avformat_index_get_entries_count(file_->streams[stream]) >=
                  static_cast<int>(index_.frames.size());
  if (idle_ != nullptr) idle_->count_opened();
  ordinal_ = 0;
  furthest_ = -1;
  fresh_ = placed_ = true;
}

void PacketSource::start_at(std::optional<std::int64_t> key) {
  holds_key_ = false;
  if (!key) {
    if (!fresh_) open();
    return;
  }
  if (is_near(*key) && read_on_to(*key, false)) return;
  constexpr Duration kEarlier = std::chrono::seconds(10);
  for (const Duration earlier : {Duration::zero(), kEarlier, 6 * kEarlier}) {
    if (seek(*key, earlier) && read_on_to(*key, false)) return;
  }
  open();
  read_on_to(*key, true);
}

/// Reading over a few packets costs less than a seek.
bool PacketSource::is_near(std::int64_t key) const {
  constexpr std::int64_t kBytes = 1 << 20;
  if (!placed_ || furthest_ >= key) return false;
  std::int64_t bytes = 0;
  for (std::int64_t i = furthest_ + 1; i < key && bytes <= kBytes; ++i)
    bytes += index_.at({i}).bytes;
  return bytes <= kBytes;
}

bool PacketSource::seek(std::int64_t key, Duration earlier) {
  constexpr AVRational kMicroseconds{1, 1000000};
  const FrameEntry& frame = index_.at({key});
  const std::int64_t back = av_rescale_q(earlier.count(), kMicroseconds, stream().time_base);
  const std::int64_t target = std::min(frame.pts, frame.dts) - back;
  ++seeks_;
  fresh_ = false;
  placed_ = true;
  furthest_ = -1;
  return av_seek_frame(file_.get(), index_.info.video_stream, target, AVSEEK_FLAG_BACKWARD) >= 0;
}

/// Demuxers land where they can: the packet itself tells. False when it has been passed.
bool PacketSource::read_on_to(std::int64_t key, bool from_file_start) {
  while (next()) {
    if (frame_ == key) {
      holds_key_ = true;
      return true;
    }
    if (!from_file_start && frame_ && *frame_ > key) return false;
  }
  return false;
}

bool PacketSource::next() {
  if (holds_key_) {
    holds_key_ = false;
    return true;
  }
  fresh_ = false;
  for (;;) {
    av_packet_unref(packet_.get());
    if (!read_packet(*file_, *packet_, damaged_)) return false;
    if (packet_->stream_index == index_.info.video_stream) break;
  }
  plain_ = plain_ && packet_->side_data_elems == 0;
  identify();
  if (frame_) furthest_ = std::max(furthest_, *frame_);
  return true;
}

void PacketSource::identify() {
  const std::int64_t ordinal = ordinal_++;
  frame_.reset();
  // Outside an edit list's stretch: decoded for the sake of others; its timestamp may equal that of
  // a shown frame.
  const bool discarded = (packet_->flags & AV_PKT_FLAG_DISCARD) != 0;
  if (!index_.seekable) {
    if (!discarded) frame_ = find_dts(ordinal);
    packet_->pts = packet_->dts = ordinal;
  } else if (index_.known_by_dts) {
    if (!discarded) frame_ = find_dts(packet_->dts);
    if (frame_) packet_->pts = index_.at({*frame_}).pts;
  } else if (!discarded) {
    frame_ = find_pts(packet_->pts);
  }
}

std::optional<std::int64_t> PacketSource::frame_of(const AVFrame& frame) const {
  if (!index_.seekable) return find_dts(frame.pts);
  if (frame.pts != AV_NOPTS_VALUE) return find_pts(frame.pts);
  return frame.best_effort_timestamp != AV_NOPTS_VALUE ? find_near(frame.best_effort_timestamp)
                                                       : std::nullopt;
}

std::optional<std::int64_t> PacketSource::find_dts(std::int64_t dts) const {
  const auto found =
      std::ranges::lower_bound(by_dts_, dts, {}, &std::pair<std::int64_t, std::int64_t>::first);
  if (found == by_dts_.end() || found->first != dts) return std::nullopt;
  return found->second;
}

std::optional<std::int64_t> PacketSource::find_pts(std::int64_t pts) const {
  const auto found = std::ranges::lower_bound(index_.frames, pts, {}, &FrameEntry::pts);
  if (found == index_.frames.end() || found->pts != pts) return std::nullopt;
  return found - index_.frames.begin();
}

/// A guessed timestamp may be off by less than half a frame.
std::optional<std::int64_t> PacketSource::find_near(std::int64_t pts) const {
  const MediaTime time = to_media_time(pts, stream().time_base);
  const auto after = std::ranges::lower_bound(index_.frames, time, {}, &FrameEntry::time);
  std::optional<std::int64_t> nearest;
  for (auto frame = after == index_.frames.begin() ? after : after - 1;
       frame != index_.frames.end() && frame <= after;
       ++frame) {
    if (2 * std::chrono::abs(frame->time - time) < frame->duration)
      nearest = frame - index_.frames.begin();
  }
  return nearest;
}

}  // namespace screenalytics
