// SPDX-License-Identifier: MIT
#pragma once

#include "video/ffmpeg.h"

#include <filesystem>
#include <memory>
#include <string>

namespace screenalytics {

/// A media file that is being written. Order of calls: add streams to `context`, begin, write...,
/// finish. Throws Error{io, no_space} naming the file.
class OutputFile {
 public:
  /// `container`: FFmpeg's name.
  OutputFile(std::filesystem::path path, const std::string& container);

  AVFormatContext& context() { return *context_; }
  bool takes(AVCodecID codec) const;
  AVStream& add_stream();
  /// Writes the header. `clock`: units a second in which an MP4 file keeps its starting times.
  void begin(int clock);
  bool has_begun() const { return begun_; }
  /// Takes the packet over; packets of all streams are put in order of time.
  void write(AVPacket& packet);
  void finish();

 private:
  struct Closes {
    void operator()(AVFormatContext* context) const;
  };
  void check(int code, const char* action) const;

  std::filesystem::path path_;
  std::unique_ptr<AVFormatContext, Closes> context_;
  bool begun_ = false;
};

}  // namespace screenalytics
