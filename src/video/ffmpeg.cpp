// SPDX-License-Identifier: MIT
#include "video/ffmpeg.h"

extern "C" {
#include <libavutil/avstring.h>
#include <libavutil/error.h>
#include <libavutil/mathematics.h>
#include <libavutil/pixdesc.h>
}

#include "core/error.h"
#include "core/memory_watch.h"
#include "video/ffmpeg_library.h"

#include <array>
#include <fstream>
#include <new>
#include <string_view>
#include <system_error>

namespace screenalytics {
namespace {

namespace fs = std::filesystem;

// Containers and elementary streams whose packets all lie in the one file that was opened.
// Playlists (hls, dash, concat), picture sequences and capture devices are not among them: they
// would make FFmpeg open other files.
constexpr const char* kContainers =
    "mov,matroska,mpegts,mpeg,avi,flv,asf,mxf,nut,ogg,rm,wtv,dv,gxf,lxf,nsv,swf,ivf,obu,av1,h264,"
    "hevc,"
    "mpegvideo,m4v,h261,h263,vc1,vc1test,cavsvideo,avs2,avs3,dirac,mjpeg,mjpeg_2000,yuv4mpegpipe,"
    "gif,apng,"
    "bink,smk,roq,live_flv,kux,ty,pva,nuv,4xm,r3d,cine,dnxhd,wc3movie,viv,film_cpk,filmstrip,lvf,"
    "avr,mv,ingenient";
constexpr const char* kPlaylists =
    "hls,dash,concat,concatf,sdp,rtsp,imf,webm_dash_manifest,applehttp";

bool is_listed(const AVInputFormat& format, const char* list) {
  return av_match_list(format.name, list, ',') != 0;
}

bool is_picture(const AVInputFormat& format) {
  const std::string_view name = format.name;
  return name.ends_with("_pipe") || name == "image2" || name == "ico";
}

int refuse_more_files(AVFormatContext*, AVIOContext**, const char*, int, AVDictionary**) {
  return AVERROR(EPERM);
}

struct ClosesIo {
  void operator()(AVIOContext* io) const { avio_close(io); }
};
using IoPtr = std::unique_ptr<AVIOContext, ClosesIo>;

void check_file(const fs::path& path) {
  std::error_code code;
  const auto status = fs::status(path, code);
  if (!fs::exists(status)) {
    if (code && code != std::errc::no_such_file_or_directory) {
      throw Error(ErrorKind::io, "cannot look at " + quoted(path) + ": " + code.message());
    }
    throw Error(ErrorKind::not_found,
                "no such file: " + quoted(path) + "; name a local video file");
  }
  if (fs::is_directory(status)) {
    throw Error(ErrorKind::bad_media, quoted(path) + " is a folder; name one video file in it");
  }
  if (!fs::is_regular_file(status)) {
    throw Error(ErrorKind::bad_media,
                quoted(path) +
                    " is not a regular file (a pipe or device?); save the video to a file first");
  }
  if (fs::file_size(path, code) == 0 && !code) {
    throw Error(ErrorKind::bad_media, quoted(path) + " is empty (0 bytes); copy the video again");
  }
}

IoPtr open_file(const fs::path& path) {
  AVDictionary* options = nullptr;
  av_dict_set(&options, "protocol_whitelist", "file", 0);
  AVIOContext* io = nullptr;
  const std::string url = "file:" + path.string();
  const int code = avio_open2(&io, url.c_str(), AVIO_FLAG_READ, nullptr, &options);
  av_dict_free(&options);
  if (with_memory(code) < 0) {
    throw Error(ErrorKind::io, "cannot read " + quoted(path) + ": " + ffmpeg_text(code));
  }
  return IoPtr(io);
}

[[noreturn]] void not_a_video(const fs::path& path) {
  throw Error(ErrorKind::bad_media,
              quoted(path) + " is not a video: no known container was recognised in it");
}

const AVInputFormat* probe(AVIOContext& io, const fs::path& path) {
  const AVInputFormat* format = nullptr;
  const int code =
      av_probe_input_buffer2(&io, &format, path.filename().string().c_str(), nullptr, 0, 0);
  if (with_memory(code) < 0 || format == nullptr) not_a_video(path);
  const std::string name = format->name;
  if (is_listed(*format, kPlaylists)) {
    throw Error(ErrorKind::bad_media,
                quoted(path) + " is a playlist (" + name +
                    "), which names other files; give the video file itself");
  }
  if (is_picture(*format)) {
    throw Error(ErrorKind::bad_media,
                quoted(path) + " is a still picture (" + name + "), not a video");
  }
  if (!is_listed(*format, kContainers)) {
    throw Error(ErrorKind::bad_media,
                quoted(path) + " is not a video: its format is '" + name + "'");
  }
  return format;
}

/// Walks the top-level boxes of an ISO media file (ISO/IEC 14496-12, 4.2).
bool has_box(const fs::path& path, std::string_view wanted) {
  std::ifstream file(path, std::ios::binary);
  std::array<unsigned char, 16> head{};
  const auto big_endian = [&](std::size_t from, std::size_t count) {
    std::uint64_t value = 0;
    for (std::size_t i = from; i < from + count; ++i) value = value << 8U | head[i];
    return value;
  };
  std::uint64_t place = 0;
  while (file.seekg(static_cast<std::streamoff>(place)) &&
         file.read(reinterpret_cast<char*>(head.data()), static_cast<std::streamsize>(8))) {
    if (std::string_view(reinterpret_cast<const char*>(head.data()) + 4, 4) == wanted) return true;
    std::uint64_t size = big_endian(0, 4);
    if (size == 1 && file.read(reinterpret_cast<char*>(head.data()) + 8, 8))
      size = big_endian(8, 8);
    if (size < 8 || size > std::uint64_t{1} << 60U) return false;
    place += size;
  }
  return false;
}

[[noreturn]] void cannot_open(const fs::path& path, const AVInputFormat& format, int code) {
  if (is_listed(format, "mov") && !has_box(path, "moov")) {
    // The name alone made FFmpeg try.
    if (!has_box(path, "ftyp") && !has_box(path, "mdat")) not_a_video(path);
    throw Error(
        ErrorKind::bad_media,
        "cannot use " + quoted(path) +
            ": the file's index (moov) is missing: the recording was cut off; copy the file again, "
            "or repair it with a tool that rebuilds the index");
  }
  throw Error(ErrorKind::bad_media,
              "cannot open video " + quoted(path) + " (" + format.name + "): " + ffmpeg_text(code) +
                  "; the file is damaged, copy it again");
}

AVPixelFormat software_format(AVCodecContext*, const AVPixelFormat* formats) {
  for (; *formats != AV_PIX_FMT_NONE; ++formats) {
    const AVPixFmtDescriptor* about = av_pix_fmt_desc_get(*formats);
    if (about != nullptr && (about->flags & AV_PIX_FMT_FLAG_HWACCEL) == 0) return *formats;
  }
  return AV_PIX_FMT_NONE;
}

/// FFmpeg's own AV1 decoder is a shell around hardware; everything that says it is hardware is left
/// out too.
const AVCodec* find_software_decoder(AVCodecID id) {
  constexpr int kUnwanted = AV_CODEC_CAP_HARDWARE | AV_CODEC_CAP_HYBRID | AV_CODEC_CAP_EXPERIMENTAL;
  void* place = nullptr;
  while (const AVCodec* codec = av_codec_iterate(&place)) {
    if (av_codec_is_decoder(codec) == 0 || codec->id != id) continue;
    if ((codec->capabilities & kUnwanted) == 0 && std::string_view(codec->name) != "av1")
      return codec;
  }
  return nullptr;
}

}  // namespace

void ClosesInput::operator()(AVFormatContext* context) const {
  AVIOContext* io = context->pb;
  avformat_close_input(&context);
  avio_close(io);
}

PacketPtr make_packet() {
  load_ffmpeg();
  PacketPtr packet(av_packet_alloc());
  if (!packet) throw std::bad_alloc();
  return packet;
}

FramePtr make_frame() {
  load_ffmpeg();
  FramePtr frame(av_frame_alloc());
  if (!frame) throw std::bad_alloc();
  return frame;
}

void silence_ffmpeg() {
  [[maybe_unused]] static const bool once = [] {
    load_ffmpeg();
    av_log_set_level(AV_LOG_QUIET);
    return true;
  }();
}

int with_memory(int code) {
  if (code == AVERROR(ENOMEM)) throw std::bad_alloc();
  return code;
}

std::string ffmpeg_text(int code) {
  std::array<char, AV_ERROR_MAX_STRING_SIZE> text{};
  av_strerror(code, text.data(), text.size());
  return text.data();
}

std::string quoted(const fs::path& path) { return "'" + path.string() + "'"; }

MediaTime to_media_time(std::int64_t pts, AVRational time_base) {
  return MediaTime(to_duration(pts, time_base));
}

Duration to_duration(std::int64_t ticks, AVRational time_base) {
  constexpr AVRational kMicroseconds{1, 1000000};
  return Duration(av_rescale_q_rnd(ticks, time_base, kMicroseconds, AV_ROUND_NEAR_INF));
}

FormatPtr open_checked(const fs::path& path) {
  check_file(path);
  silence_ffmpeg();
  IoPtr io = open_file(path);
  const AVInputFormat* format = probe(*io, path);
  AVFormatContext* context = avformat_alloc_context();
  if (context == nullptr) throw std::bad_alloc();
  context->pb = io.get();
  context->flags |= AVFMT_FLAG_CUSTOM_IO;
  context->io_open = refuse_more_files;
  // On failure FFmpeg frees the context but leaves the file to us.
  const int code = avformat_open_input(&context, path.filename().string().c_str(), format, nullptr);
  if (with_memory(code) < 0) cannot_open(path, *format, code);
  static_cast<void>(io.release());
  return FormatPtr(context);
}

FormatPtr open_video(const fs::path& path) {
  return MemoryWatch().over([&] { return open_checked(path); });
}

CodecPtr make_decoder(const AVCodecParameters& parameters, const fs::path& path) {
  const std::string name = avcodec_get_name(parameters.codec_id);
  const AVCodec* decoder = find_software_decoder(parameters.codec_id);
  if (decoder == nullptr) {
    throw Error(ErrorKind::bad_media,
                "no decoder for the video codec '" + name + "' of " + quoted(path) +
                    "; convert the file, for example to H.264");
  }
  CodecPtr codec(avcodec_alloc_context3(decoder));
  if (!codec) throw std::bad_alloc();
  const int code = with_memory(avcodec_parameters_to_context(codec.get(), &parameters));
  if (code < 0) {
    throw Error(ErrorKind::bad_media,
                "cannot use the codec settings of " + quoted(path) + ": " + ffmpeg_text(code));
  }
  codec->thread_count = 1;
  codec->get_format = software_format;
  return codec;
}

void open_decoder(AVCodecContext& codec, const fs::path& path) {
  const int code = with_memory(avcodec_open2(&codec, codec.codec, nullptr));
  if (code < 0) {
    throw Error(ErrorKind::bad_media,
                "cannot start the " + std::string(codec.codec->name) + " decoder for " +
                    quoted(path) + ": " + ffmpeg_text(code));
  }
}

}  // namespace screenalytics
