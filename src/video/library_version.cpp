// SPDX-License-Identifier: MIT
#include "video/ffmpeg.h"
#include "video/ffmpeg_library.h"
#include "video/video_info.h"

namespace screenalytics {

std::string decoder_library_version() {
  load_ffmpeg();
  return av_version_info();
}

}  // namespace screenalytics
