// SPDX-License-Identifier: MIT
#pragma once

#include "video/ffmpeg.h"
#include "video/video_writer.h"

#include <cstdint>
#include <map>
#include <string>

namespace screenalytics {

/// When a frame is shown, in units of the encoder's clock.
struct FrameTicks {
  std::int64_t pts = 0;
  std::int64_t duration = 0;
};

struct EncoderClock {
  AVRational time_base{1, 1000000};
  double frame_rate = 25;  ///< about
};

/// One single-threaded video encoder.
class VideoEncoder {
 public:
  /// Opened for frames like `first`. Throws Error{unavailable} when FFmpeg lacks the encoder.
  VideoEncoder(const AVFrame& first, const EncoderClock& clock, const WriteOptions& options);

  const AVCodecContext& context() const { return *codec_; }
  /// Times must rise.
  void send(AVFrame& frame, FrameTicks ticks);
  void send_end();
  /// False: the next frame is needed, or all is out. Packets carry the time base of `clock`.
  bool receive(AVPacket& packet);

 private:
  void open(const AVFrame& first, const EncoderClock& clock, const WriteOptions& options);

  CodecPtr codec_;
  bool exact_ = true;  // the encoder itself works with the true times
  std::int64_t sent_ = 0;
  std::map<std::int64_t, FrameTicks> under_way_;  // by the encoder's own time
};

/// The encoder that is used for these options: "libx264" or "mpeg4". Throws Error{unavailable}.
std::string encoder_name(VideoEncoding encoding);

}  // namespace screenalytics
