// SPDX-License-Identifier: MIT
#include "video/stream.h"

#include "core/error.h"

#include <string>

namespace screenalytics {

void read_stream_info(AVFormatContext& file, const std::filesystem::path& path) {
  const int code = with_memory(avformat_find_stream_info(&file, nullptr));
  if (code < 0) {
    throw Error(ErrorKind::bad_media,
                "cannot read the streams of " + quoted(path) + ": " + ffmpeg_text(code) +
                    "; the file is damaged");
  }
}

void keep_only(AVFormatContext& file, int stream) {
  for (unsigned i = 0; i < file.nb_streams; ++i) {
    file.streams[i]->discard = static_cast<int>(i) == stream ? AVDISCARD_DEFAULT : AVDISCARD_ALL;
  }
}

bool read_packet(AVFormatContext& file, AVPacket& packet, std::int64_t& damaged) {
  constexpr int kErrorsInARow = 64;  // a demuxer that fails without moving on would never end
  for (int errors = 0; errors < kErrorsInARow;) {
    const int code = with_memory(av_read_frame(&file, &packet));
    if (code == AVERROR_EOF || code == AVERROR_EXIT) return false;
    if (code < 0) {
      ++errors;
      ++damaged;
      continue;
    }
    if (packet.size > 0 && packet.data != nullptr) return true;
    av_packet_unref(&packet);
  }
  return false;
}

}  // namespace screenalytics
