// SPDX-License-Identifier: MIT
#pragma once

#include "video/video_index.h"

#include <cstdint>
#include <memory>

namespace screenalytics {

class IdleDemuxers;

/// Keeps a video open between its segments: opening it anew reads the container's table of all
/// frames each time, which is long where the video is long. Only what certainly gives the same
/// packets after a seek as when it is fresh is kept; the rest is opened anew. Thread-safe: any
/// number of readers may use it at the same time. The index must outlive it, and it all its
/// readers.
class OpenVideos {
 public:
  explicit OpenVideos(const VideoIndex& index);
  ~OpenVideos();
  OpenVideos(const OpenVideos&) = delete;
  OpenVideos& operator=(const OpenVideos&) = delete;

  const VideoIndex& index() const { return index_; }
  /// Closes what no reader uses now.
  void close_idle();
  /// How often the file was opened.
  std::int64_t opened() const;

  /// For readers.
  IdleDemuxers& idle() { return *idle_; }

 private:
  const VideoIndex& index_;
  std::unique_ptr<IdleDemuxers> idle_;
};

}  // namespace screenalytics
