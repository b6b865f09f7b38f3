// SPDX-License-Identifier: MIT
#pragma once

#include "core/frame.h"
#include "video/segment_reader.h"
#include "video/video_index.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>

namespace screenalytics {

struct FrameDecoderStats {
  std::int64_t hits = 0;    ///< from the cache
  std::int64_t misses = 0;  ///< decoded
  DecodeStats decode;
};

/// Random access to frames for one thread. Goes on decoding when the wanted frame is ahead and no
/// key frame lies between; seeks otherwise. Keeps the last `capacity` asked-for frames (least
/// recently used goes first). Asked in ascending order, it decodes each frame at most once.
class FrameDecoder {
 public:
  FrameDecoder(const VideoIndex& index, std::size_t capacity);
  ~FrameDecoder();
  FrameDecoder(const FrameDecoder&) = delete;
  FrameDecoder& operator=(const FrameDecoder&) = delete;

  /// Empty when the frame cannot be decoded, also not on one real retry (fresh seek, cache
  /// bypassed).
  std::optional<Frame> frame(FrameIndex index);
  FrameDecoderStats stats() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace screenalytics
