// SPDX-License-Identifier: MIT
#pragma once

#include "video/ffmpeg.h"

#include <cstdint>
#include <filesystem>

// Reading packets of an opened file, in the same way when it is indexed and when it is decoded.

namespace screenalytics {

/// Lets FFmpeg look into the streams. Throws Error{bad_media} when it cannot.
void read_stream_info(AVFormatContext& file, const std::filesystem::path& path);

/// Packets of other streams are not even taken from the file where the container allows it.
void keep_only(AVFormatContext& file, int stream);

/// The next packet with data of any stream; false at the end. What the demuxer cannot read is
/// counted in `damaged`, and reading goes on behind it.
bool read_packet(AVFormatContext& file, AVPacket& packet, std::int64_t& damaged);

}  // namespace screenalytics
