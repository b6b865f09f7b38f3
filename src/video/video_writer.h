// SPDX-License-Identifier: MIT
#pragma once

#include "core/canvas.h"
#include "core/frame.h"
#include "video/video_index.h"

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace screenalytics {

enum class VideoEncoding {
  automatic,  ///< H.264 where FFmpeg has x264 (which is under the GPL), else MPEG-4 part 2
  h264,
  mpeg4,
};

struct WriteOptions {
  std::string container = "mp4";  ///< FFmpeg's name: mp4, mov or matroska
  VideoEncoding encoding = VideoEncoding::automatic;
  int crf = 20;                     ///< 0 (best, largest) .. 51
  std::string preset = "veryfast";  ///< x264: slower is smaller
  bool audio = true;                ///< copy the source's audio streams
};

/// Writes changed frames of a video as a new file: every frame at its own time (also where the rate
/// varies, or the video does not start at 0), upright, same shape of pixels, same colours; HDR
/// becomes SDR as everywhere here. Audio streams are copied as they are; other streams and texts
/// about the file are left out, so that nothing of a blurred video stays behind in them. One
/// thread, the caller's. Throws Error{io, no_space, unavailable or bad_media}.
class VideoWriter {
 public:
  /// `source` must outlive it. `file` is written from the start.
  VideoWriter(const VideoIndex& source,
              const std::filesystem::path& file,
              const WriteOptions& options);
  ~VideoWriter();
  VideoWriter(const VideoWriter&) = delete;
  VideoWriter& operator=(const VideoWriter&) = delete;

  /// The pixels of this frame, to be drawn on until `write`. Frames come in order.
  Canvas prepare(const Frame& frame);
  /// Encodes what `prepare` gave.
  void write();
  /// What is still held back, the rest of the audio, and the file's index. Nothing may follow.
  void finish();

  /// "libx264" or "mpeg4".
  std::string encoder() const;
  /// What a user should know: streams that were left out, and why.
  const std::vector<std::string>& notes() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace screenalytics
