// SPDX-License-Identifier: MIT
#include "video/segment_reader.h"

#include "video/frame_reader.h"

#include <utility>

namespace screenalytics {

DecodeStats operator+(const DecodeStats& a, const DecodeStats& b) {
  return {.frames_decoded = a.frames_decoded + b.frames_decoded,
          .packets_skipped = a.packets_skipped + b.packets_skipped,
          .packets_damaged = a.packets_damaged + b.packets_damaged,
          .frames_damaged = a.frames_damaged + b.frames_damaged,
          .retries = a.retries + b.retries,
          .seeks = a.seeks + b.seeks};
}

struct SegmentReader::State {
  State(const VideoIndex& index_in,
        const Segment& segment_in,
        const std::vector<bool>& decode_in,
        LibraryThreads threads_in,
        IdleDemuxers* idle)
      : index(index_in),
        segment(segment_in),
        decode(decode_in.begin() + segment.first.value, decode_in.begin() + segment.end.value),
        position(segment.first.value),
        threads(threads_in),
        reader(index, range(), idle) {
    reader.start(segment.first.value);
  }

  bool wanted(std::int64_t i) const {
    if (i < segment.first.value || i >= segment.end.value) return false;
    return decode[static_cast<std::size_t>(i - segment.first.value)];
  }

  DecodeRange range() {
    return {segment.first.value,
            segment.end.value,
            [this](std::int64_t i) { return wanted(i); },
            threads};
  }

  /// Reads until the next wanted frame is at hand, or the end.
  void look_ahead() {
    while (!held && !ended) {
      held = reader.next();
      ended = !held;
      if (held && (!wanted(held->index) || held->index < position)) held.reset();
    }
  }

  /// The one retry: a second decoder that runs along from an earlier key frame than the first one
  /// used, so that a damaged stretch is decoded again at most once.
  std::optional<DecodedFrame> retry(std::int64_t i) {
    if (!index.seekable) return std::nullopt;
    ++retries;
    if (!second) second = std::make_unique<FrameReader>(index, range());
    if (!second->is_ahead(i)) second->start_earlier(i);
    return second->read_to(i);
  }

  /// Frames that the first decoder left out before the one at hand.
  std::optional<DecodedFrame> recover_next() {
    const std::int64_t limit = held ? held->index : segment.end.value;
    while (position < limit) {
      const std::int64_t i = position++;
      if (!wanted(i)) continue;
      if (auto frame = retry(i)) {
        ++recovered.frames_decoded;
        if (frame->damaged) ++recovered.frames_damaged;
        return frame;
      }
      missing.push_back({i});
    }
    return std::nullopt;
  }

  DecodedFrame take_held() {
    DecodedFrame frame = std::move(*held);
    held.reset();
    position = frame.index + 1;
    // Not every key frame is a clean start. Where a longer run up helps, the result must not depend
    // on the segments.
    const bool at_seam =
        segment.first.value > 0 && reader.key_before(frame.index) == segment.first.value;
    if (!frame.damaged || !at_seam) return frame;
    auto better = retry(frame.index);
    if (!better) return frame;
    if (!better->damaged) --recovered.frames_damaged;
    return std::move(*better);
  }

  std::optional<Frame> next() {
    look_ahead();
    if (auto frame = recover_next()) return reader.finish(std::move(*frame));
    if (!held) return std::nullopt;
    return reader.finish(take_held());
  }

  const VideoIndex& index;
  Segment segment;
  std::vector<bool> decode;  // of the segment's own frames
  std::int64_t position;     // frames before it are delivered or given up
  LibraryThreads threads;
  FrameReader reader;
  std::unique_ptr<FrameReader> second;
  std::optional<DecodedFrame> held;
  bool ended = false;
  std::vector<FrameIndex> missing;
  DecodeStats recovered;
  std::int64_t retries = 0;
};

SegmentReader::SegmentReader(const VideoIndex& index,
                             const Segment& segment,
                             const std::vector<bool>& decode,
                             LibraryThreads threads)
    : state_(std::make_unique<State>(index, segment, decode, threads, nullptr)) {}

SegmentReader::SegmentReader(OpenVideos& videos,
                             const Segment& segment,
                             const std::vector<bool>& decode,
                             LibraryThreads threads)
    : state_(std::make_unique<State>(videos.index(), segment, decode, threads, &videos.idle())) {}

SegmentReader::~SegmentReader() = default;

std::optional<Frame> SegmentReader::next() { return state_->next(); }

const std::vector<FrameIndex>& SegmentReader::missing() const { return state_->missing; }

DecodeStats SegmentReader::stats() const {
  DecodeStats stats = state_->reader.stats() + state_->recovered;
  stats.retries = state_->retries;
  if (state_->second) stats.seeks += state_->second->stats().seeks;
  return stats;
}

}  // namespace screenalytics
