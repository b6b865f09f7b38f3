// SPDX-License-Identifier: MIT
#pragma once

#include "core/frame.h"
#include "core/library_threads.h"
#include "video/open_videos.h"
#include "video/video_index.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

namespace screenalytics {

struct DecodeStats {
  std::int64_t frames_decoded = 0;   ///< came out of the decoder
  std::int64_t packets_skipped = 0;  ///< not decoded because nothing needed them
  std::int64_t packets_damaged = 0;  ///< the decoder refused
  std::int64_t frames_damaged = 0;   ///< came out, but concealed
  std::int64_t retries = 0;          ///< frames decoded a second time from an earlier key frame
  std::int64_t seeks = 0;
  friend DecodeStats operator+(const DecodeStats& a, const DecodeStats& b);
};

/// Decodes one segment on the calling thread with one decoder, single-threaded unless told
/// otherwise, in presentation order. It reads past the segment's end until all of the segment's own
/// frames are out (open GOPs) and drops frames before its start. The index must outlive it.
class SegmentReader {
 public:
  /// `decode[i]` as from plan_decoding, for the whole video.
  SegmentReader(const VideoIndex& index,
                const Segment& segment,
                const std::vector<bool>& decode,
                LibraryThreads threads = LibraryThreads::one);
  /// Uses the video that another segment left open.
  SegmentReader(OpenVideos& videos,
                const Segment& segment,
                const std::vector<bool>& decode,
                LibraryThreads threads = LibraryThreads::one);
  ~SegmentReader();
  SegmentReader(const SegmentReader&) = delete;
  SegmentReader& operator=(const SegmentReader&) = delete;

  /// The next wanted frame; empty at the end. A wanted frame that could not be decoded, even on a
  /// second try from an earlier key frame, is left out and listed in `missing`.
  std::optional<Frame> next();
  const std::vector<FrameIndex>& missing() const;
  DecodeStats stats() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace screenalytics
