// SPDX-License-Identifier: MIT
#include "video/video_encoder.h"

#include "core/error.h"

#include <algorithm>
#include <cmath>

extern "C" {
#include <libavutil/opt.h>
}

namespace screenalytics {
namespace {

constexpr double kKeyFrameSeconds = 5;

void set_up_x264(AVCodecContext& codec, const WriteOptions& options) {
  av_opt_set(codec.priv_data, "preset", options.preset.c_str(), 0);
  av_opt_set_double(codec.priv_data, "crf", options.crf, 0);
  // No thread beside the caller's.
  av_opt_set(codec.priv_data, "x264-params", "threads=1:lookahead-threads=1:sync-lookahead=0", 0);
}

void set_up_mpeg4(AVCodecContext& codec, const WriteOptions& options) {
  // A quantiser of 2 looks like CRF 17, 4 like 23.
  const double scale = std::clamp(2 + (options.crf - 17) / 3.0, 1.0, 31.0);
  codec.flags |= AV_CODEC_FLAG_QSCALE;
  codec.global_quality = static_cast<int>(std::lround(FF_QP2LAMBDA * scale));
}

AVRational rate_of(const EncoderClock& clock) {
  const double rate = std::isfinite(clock.frame_rate) ? clock.frame_rate : 25;
  return av_d2q(std::clamp(rate, 1.0, 1000.0), 65535);
}

}  // namespace

std::string encoder_name(VideoEncoding encoding) {
  silence_ffmpeg();
  const bool x264 = avcodec_find_encoder_by_name("libx264") != nullptr;
  if (x264 && encoding != VideoEncoding::mpeg4) return "libx264";
  if (encoding == VideoEncoding::h264)
    throw Error(ErrorKind::unavailable,
                "this FFmpeg has no x264: install one with it, or use --encoder mpeg4");
  if (avcodec_find_encoder_by_name("mpeg4") == nullptr)
    throw Error(ErrorKind::unavailable,
                "this FFmpeg can encode neither H.264 (libx264) nor MPEG-4: install one that can");
  return "mpeg4";
}

VideoEncoder::VideoEncoder(const AVFrame& first,
                           const EncoderClock& clock,
                           const WriteOptions& options) {
  const std::string name = encoder_name(options.encoding);
  exact_ = name == "libx264";
  codec_.reset(avcodec_alloc_context3(avcodec_find_encoder_by_name(name.c_str())));
  if (!codec_) throw std::bad_alloc();
  open(first, clock, options);
}

void VideoEncoder::open(const AVFrame& first,
                        const EncoderClock& clock,
                        const WriteOptions& options) {
  AVCodecContext& codec = *codec_;
  codec.width = first.width;
  codec.height = first.height;
  codec.pix_fmt = AV_PIX_FMT_YUV420P;
  codec.sample_aspect_ratio = first.sample_aspect_ratio;
  codec.color_range = first.color_range;
  codec.colorspace = first.colorspace;
  codec.color_primaries = first.color_primaries;
  codec.color_trc = first.color_trc;
  codec.chroma_sample_location = first.chroma_location;
  codec.framerate = rate_of(clock);
  // MPEG-4 keeps times in 16 bits: it counts frames, and the packets get their true times.
  codec.time_base = exact_ ? clock.time_base : av_inv_q(codec.framerate);
  codec.gop_size = std::max(1, static_cast<int>(kKeyFrameSeconds * av_q2d(codec.framerate)));
  codec.thread_count = 1;
  codec.flags |= AV_CODEC_FLAG_GLOBAL_HEADER | AV_CODEC_FLAG_BITEXACT;
  if (first.interlaced_frame != 0) {
    codec.flags |= AV_CODEC_FLAG_INTERLACED_DCT;
    codec.field_order = first.top_field_first != 0 ? AV_FIELD_TT : AV_FIELD_BB;
  }
  if (exact_) {
    set_up_x264(codec, options);
  } else {
    codec.max_b_frames = 0;
    set_up_mpeg4(codec, options);
  }
  const int code = avcodec_open2(&codec, codec.codec, nullptr);
  if (code < 0)
    throw Error(ErrorKind::unavailable,
                std::string("the encoder ") + codec.codec->name + " does not take pictures of " +
                    std::to_string(first.width) + "x" + std::to_string(first.height) + ": " +
                    ffmpeg_text(code));
}

void VideoEncoder::send(AVFrame& frame, FrameTicks ticks) {
  frame.pts = exact_ ? ticks.pts : sent_;
  frame.pict_type = AV_PICTURE_TYPE_NONE;
  ++sent_;
  under_way_[frame.pts] = ticks;
  const int code = avcodec_send_frame(codec_.get(), &frame);
  if (code < 0)
    throw Error(ErrorKind::internal, "the encoder refused a picture: " + ffmpeg_text(code));
}

void VideoEncoder::send_end() { avcodec_send_frame(codec_.get(), nullptr); }

bool VideoEncoder::receive(AVPacket& packet) {
  const int code = avcodec_receive_packet(codec_.get(), &packet);
  if (code == AVERROR(EAGAIN) || code == AVERROR_EOF) return false;
  if (code < 0) throw Error(ErrorKind::internal, "the encoder failed: " + ffmpeg_text(code));
  const auto known = under_way_.find(packet.pts);
  if (known != under_way_.end()) {
    packet.duration = known->second.duration;
    if (!exact_) packet.pts = packet.dts = known->second.pts;
    under_way_.erase(known);
  }
  return true;
}

}  // namespace screenalytics
