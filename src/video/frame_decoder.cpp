// SPDX-License-Identifier: MIT
#include "video/frame_decoder.h"

#include "video/frame_reader.h"

#include <list>
#include <unordered_map>
#include <utility>

namespace screenalytics {

struct FrameDecoder::State {
  State(const VideoIndex& index_in, std::size_t capacity_in)
      : index(index_in), capacity(capacity_in), reader(index, whole_video()) {}

  /// Behind the frame that is asked for, all frames are decoded that the decoder has to be fed with
  /// anyway: one of them may be asked for next. Before it, nobody will ask.
  DecodeRange whole_video() {
    return {0, static_cast<std::int64_t>(index.frames.size()), [this](std::int64_t i) {
              return i >= target;
            }};
  }

  std::optional<Frame> from_cache(std::int64_t i) {
    const auto found = places.find(i);
    if (found == places.end()) return std::nullopt;
    cache.splice(cache.begin(), cache, found->second);
    return cache.front();
  }

  void remember(const Frame& frame) {
    if (capacity == 0) return;
    cache.push_front(frame);
    places[frame.index.value] = cache.begin();
    if (cache.size() <= capacity) return;
    places.erase(cache.back().index.value);
    cache.pop_back();
  }

  std::optional<DecodedFrame> decode(std::int64_t i) {
    target = i;
    const bool fresh = !reader.is_ahead(i);
    if (fresh) reader.start(i);
    auto frame = reader.read_to(i);
    // A damaged frame right behind a new start may only lack what lies before its key frame.
    const bool lacks_run_up = fresh && frame && frame->damaged && reader.key_before(i);
    if ((frame && !lacks_run_up) || !index.seekable) return frame;
    ++retries;
    reader.start_earlier(i);
    auto again = reader.read_to(i);
    return again ? std::move(again) : std::move(frame);
  }

  const VideoIndex& index;
  std::size_t capacity;
  std::int64_t target = 0;
  FrameReader reader;
  std::list<Frame> cache;  // the latest asked for comes first
  std::unordered_map<std::int64_t, std::list<Frame>::iterator> places;
  std::int64_t hits = 0;
  std::int64_t misses = 0;
  std::int64_t retries = 0;
};

FrameDecoder::FrameDecoder(const VideoIndex& index, std::size_t capacity)
    : state_(std::make_unique<State>(index, capacity)) {}

FrameDecoder::~FrameDecoder() = default;

std::optional<Frame> FrameDecoder::frame(FrameIndex index) {
  State& state = *state_;
  if (index.value < 0 || index.value >= static_cast<std::int64_t>(state.index.frames.size()))
    return std::nullopt;
  if (auto cached = state.from_cache(index.value)) {
    ++state.hits;
    return cached;
  }
  ++state.misses;
  auto decoded = state.decode(index.value);
  if (!decoded) return std::nullopt;
  Frame frame = state.reader.finish(std::move(*decoded));
  state.remember(frame);
  return frame;
}

FrameDecoderStats FrameDecoder::stats() const {
  FrameDecoderStats stats{state_->hits, state_->misses, state_->reader.stats()};
  stats.decode.retries = state_->retries;
  return stats;
}

}  // namespace screenalytics
