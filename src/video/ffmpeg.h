// SPDX-License-Identifier: MIT
#pragma once

// The edge to FFmpeg: one owning pointer type for each of its structs, its codes as words, and the
// two doors through which this folder opens files and decoders.

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/avutil.h>
#include <libavutil/frame.h>
}

#include "core/time.h"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

namespace screenalytics {

template <auto Free>
struct FreedBy {
  template <typename T>
  void operator()(T* pointer) const {
    Free(&pointer);
  }
};

/// Closes the demuxer and the file behind it.
struct ClosesInput {
  void operator()(AVFormatContext* context) const;
};

using FormatPtr = std::unique_ptr<AVFormatContext, ClosesInput>;
using CodecPtr = std::unique_ptr<AVCodecContext, FreedBy<avcodec_free_context>>;
using ParserContextPtr = std::unique_ptr<AVCodecParserContext, decltype(&av_parser_close)>;
using PacketPtr = std::unique_ptr<AVPacket, FreedBy<av_packet_free>>;
using FramePtr = std::unique_ptr<AVFrame, FreedBy<av_frame_free>>;

PacketPtr make_packet();
FramePtr make_frame();

/// Loads FFmpeg and stops it from writing to stderr; its return codes say the same. Call before
/// anything else of it, except make_packet and make_frame.
void silence_ffmpeg();

/// The code itself; throws std::bad_alloc when it says that there was no memory, which is no fault
/// of the file.
int with_memory(int code);

/// FFmpeg's words for one of its error codes.
std::string ffmpeg_text(int code);

/// The path in quotes, for messages.
std::string quoted(const std::filesystem::path& path);

/// Microseconds, rounded to the nearest.
MediaTime to_media_time(std::int64_t pts, AVRational time_base);
Duration to_duration(std::int64_t ticks, AVRational time_base);

/// Opens a local video file: no other protocol, no playlist, nothing that makes FFmpeg open a
/// second file. Throws Error{not_found, bad_media, io}.
FormatPtr open_video(const std::filesystem::path& path);

/// A single-threaded software decoder with the stream's parameters, not yet opened. Throws
/// Error{bad_media} when there is none.
CodecPtr make_decoder(const AVCodecParameters& parameters, const std::filesystem::path& path);

/// Opens what make_decoder gave.
void open_decoder(AVCodecContext& codec, const std::filesystem::path& path);

}  // namespace screenalytics
