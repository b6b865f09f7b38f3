// SPDX-License-Identifier: MIT
#include "video/frame_reader.h"

#include <algorithm>
#include <utility>

namespace screenalytics {
namespace {

/// How many frames a decoder must hold back to put out frames in order of presentation: the most
/// that are decoded before one and shown after it. H.264 streams need not say, and a decoder that
/// finds out late drops frames.
int reorder_depth(const VideoIndex& index, std::int64_t first, std::int64_t end) {
  constexpr std::int64_t kMost = 16;  // ITU-T H.264, A.3.1: MaxDpbFrames
  int depth = 0;
  for (std::int64_t i = first; i < end; ++i) {
    int held = 0;
    for (std::int64_t j = i + 1; j < std::min(end, i + 1 + kMost); ++j)
      held += index.at({j}).dts < index.at({i}).dts;
    depth = std::max(depth, held);
  }
  return depth;
}

bool is_field_coded(AVCodecID id) { return id == AV_CODEC_ID_H264 || id == AV_CODEC_ID_MPEG2VIDEO; }

}  // namespace

FrameReader::FrameReader(const VideoIndex& index, DecodeRange range, IdleDemuxers* idle)
    : index_(index),
      range_(std::move(range)),
      packets_(index, idle),
      shape_(shape_of(packets_.stream())) {
  codec_ = make_decoder(*packets_.stream().codecpar, index.info.path);
  codec_->pkt_timebase = packets_.stream().time_base;
  if (codec_->codec_id == AV_CODEC_ID_H264) {
    codec_->has_b_frames =
        std::max(codec_->has_b_frames, reorder_depth(index, range_.first, range_.end));
  }
  if (range_.threads == LibraryThreads::library_default) codec_->thread_count = 0;
  open_decoder(*codec_, index.info.path);
}

std::optional<std::int64_t> FrameReader::key_before(std::int64_t frame) const {
  if (!index_.seekable) return std::nullopt;
  const auto after = std::ranges::upper_bound(index_.keys, frame);
  // Frame 0 may lean on packets before it that show nothing (edit lists), so it starts with the
  // file.
  if (after == index_.keys.begin() || *(after - 1) == 0) return std::nullopt;
  return *(after - 1);
}

void FrameReader::start(std::int64_t frame) { start_at(key_before(frame)); }

void FrameReader::start_earlier(std::int64_t frame) {
  const auto key = key_before(frame);
  start_at(key ? key_before(*key - 1) : std::nullopt);
}

void FrameReader::start_at(std::optional<std::int64_t> key) {
  if (started_) avcodec_flush_buffers(codec_.get());
  packets_.start_at(key);
  ahead_.reset();
  range_packets_ = 0;
  last_out_ = key.value_or(0) - 1;
  last_key_ = key.value_or(0);
  skipped_ = sent_own_ = draining_ = false;
  started_ = true;
}

bool FrameReader::is_ahead(std::int64_t index) const {
  if (!started_ || index <= last_out_) return started_ && ahead_ && ahead_->index == index;
  return key_before(index).value_or(0) <= last_key_;
}

std::optional<DecodedFrame> FrameReader::read_to(std::int64_t index) {
  if (ahead_) {
    if (ahead_->index > index) return std::nullopt;
    std::optional<DecodedFrame> held = std::exchange(ahead_, std::nullopt);
    if (held->index == index) return held;
  }
  while (std::optional<DecodedFrame> frame = next()) {
    if (frame->index == index) return frame;
    if (frame->index > index) {
      ahead_ = std::move(frame);
      return std::nullopt;
    }
  }
  return std::nullopt;
}

std::optional<DecodedFrame> FrameReader::next() {
  return memory_.over([&] { return decode_next(); });
}

std::optional<DecodedFrame> FrameReader::decode_next() {
  FramePtr pixels = make_frame();
  for (;;) {
    const int code = with_memory(avcodec_receive_frame(codec_.get(), pixels.get()));
    if (code == AVERROR_EOF) return std::nullopt;
    if (code == AVERROR(EAGAIN)) {
      if (!feed()) return std::nullopt;
    } else if (code < 0) {
      if (sent_own_) ++stats_.packets_damaged;
    } else if (auto frame = take(std::move(pixels))) {
      return frame;
    } else {
      pixels = make_frame();
    }
  }
}

/// Empty for a frame that the index does not know, or that comes too late to be in order.
std::optional<DecodedFrame> FrameReader::take(FramePtr pixels) {
  auto index = packets_.frame_of(*pixels);
  if (!index && !index_.seekable) index = last_out_ + 1;
  const auto count = static_cast<std::int64_t>(index_.frames.size());
  if (!index || *index <= last_out_ || *index >= count) return std::nullopt;
  last_out_ = *index;
  const bool damaged =
      pixels->decode_error_flags != 0 || (pixels->flags & AV_FRAME_FLAG_CORRUPT) != 0;
  if (in_range(*index)) {
    ++stats_.frames_decoded;
    if (damaged) ++stats_.frames_damaged;
  }
  return DecodedFrame{*index, damaged, std::move(pixels)};
}

/// Gives the decoder one packet, or the end; false after the end.
bool FrameReader::feed() {
  if (draining_) return false;
  if (!packets_.next() || is_past_end()) {
    drain();
    return true;
  }
  const auto frame = packets_.frame();
  const bool own = frame && in_range(*frame);
  if (own) ++range_packets_;
  if (frame && index_.at({*frame}).key) last_key_ = std::max(last_key_, *frame);
  if (may_skip()) {
    skipped_ = true;
    if (own) ++stats_.packets_skipped;
    return true;
  }
  skipped_ = false;
  if (frame) sent_own_ = own;
  send();
  return true;
}

void FrameReader::drain() {
  draining_ = true;
  with_memory(avcodec_send_packet(codec_.get(), nullptr));
}

void FrameReader::send() {
  const int code = with_memory(avcodec_send_packet(codec_.get(), &packets_.packet()));
  if (code < 0 && sent_own_) ++stats_.packets_damaged;
}

/// A packet that is no frame may be the second field of the one before it: it shares its fate.
bool FrameReader::may_skip() const {
  const auto frame = packets_.frame();
  if (!frame) {
    return skipped_ && is_field_coded(codec_->codec_id) &&
           (packets_.packet().flags & AV_PKT_FLAG_DISCARD) == 0;
  }
  return !index_.at({*frame}).reference && !range_.wanted(*frame);
}

/// All packets of the range have been read and this one is not a second field of the last; or some
/// did not come, and decoding has passed the place where they could.
bool FrameReader::is_past_end() const {
  const auto frame = packets_.frame();
  if (range_packets_ == range_.end - range_.first)
    return frame || !is_field_coded(codec_->codec_id);
  return index_.seekable && frame && *frame > range_.end && index_.at({*frame}).key;
}

Frame FrameReader::finish(DecodedFrame frame) const {
  const FrameEntry& entry = index_.at({frame.index});
  return {{frame.index}, entry.time, entry.duration, make_picture(std::move(frame.pixels), shape_)};
}

DecodeStats FrameReader::stats() const {
  DecodeStats stats = stats_;
  stats.seeks = packets_.seeks();
  return stats;
}

}  // namespace screenalytics
