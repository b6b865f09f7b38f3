// SPDX-License-Identifier: MIT
#include "video/photo.h"

#include "core/error.h"
#include "core/memory_watch.h"
#include "video/ffmpeg.h"
#include "video/frame_picture.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <ios>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

extern "C" {
#include <libavutil/dict.h>
#include <libavutil/mem.h>
#include <libavutil/opt.h>
}

namespace screenalytics {
namespace {

constexpr std::uintmax_t kMostBytes = std::uintmax_t{1} << 29;  // of a file
constexpr std::int64_t kMostPixels = std::int64_t{1} << 28;     // of a picture
// Formats that hold a picture in the file itself; none of them opens other files.
constexpr const char* kFormats =
    "jpeg_pipe,png_pipe,webp_pipe,bmp_pipe,tiff_pipe,gif,j2k_pipe,jpegls_pipe,jpegxl_pipe,ppm_pipe,"
    "pgm_pipe,pbm_pipe,pam_pipe,pgmyuv_pipe,pfm_pipe,psd_pipe,sgi_pipe,sunrast_pipe,dds_pipe,"
    "exr_pipe,dpx_pipe,pcx_pipe,qoi_pipe,apng,ico,xbm_pipe,xpm_pipe,xwd_pipe,hdr_pipe,gem_pipe";

[[noreturn]] void refuse(const std::filesystem::path& path) {
  throw Error(ErrorKind::bad_media,
              quoted(path) + " is not a picture that can be read; use JPEG or PNG");
}

/// A file's bytes as FFmpeg reads them.
class Bytes {
 public:
  explicit Bytes(std::vector<std::uint8_t> bytes) : bytes_(std::move(bytes)) {}
  std::size_t size() const { return bytes_.size(); }

  static int read(void* self, std::uint8_t* to, int most) {
    auto& bytes = *static_cast<Bytes*>(self);
    const std::size_t count =
        std::min(bytes.bytes_.size() - bytes.at_, static_cast<std::size_t>(std::max(most, 0)));
    if (count == 0) return AVERROR_EOF;
    std::memcpy(to, bytes.bytes_.data() + bytes.at_, count);
    bytes.at_ += count;
    return static_cast<int>(count);
  }

  static std::int64_t seek(void* self, std::int64_t offset, int whence) {
    auto& bytes = *static_cast<Bytes*>(self);
    const auto size = static_cast<std::int64_t>(bytes.bytes_.size());
    if ((whence & AVSEEK_SIZE) != 0) return size;
    if (whence == SEEK_CUR) offset += static_cast<std::int64_t>(bytes.at_);
    if (whence == SEEK_END) offset += size;
    if (offset < 0 || offset > size) return AVERROR(EINVAL);
    bytes.at_ = static_cast<std::size_t>(offset);
    return offset;
  }

 private:
  std::vector<std::uint8_t> bytes_;
  std::size_t at_ = 0;
};

struct FreeReader {
  void operator()(AVIOContext* context) const {
    av_freep(&context->buffer);
    avio_context_free(&context);
  }
};
using ReaderPtr = std::unique_ptr<AVIOContext, FreeReader>;
/// Unlike FormatPtr, leaves the reader alone.
using OpenedPtr = std::unique_ptr<AVFormatContext, FreedBy<avformat_close_input>>;

Bytes load(const std::filesystem::path& path) {
  std::error_code failure;
  const std::filesystem::file_status status = std::filesystem::status(path, failure);
  if (status.type() == std::filesystem::file_type::not_found) {
    throw Error(ErrorKind::not_found, "there is no file " + quoted(path));
  }
  if (!std::filesystem::is_regular_file(status)) {
    throw Error(ErrorKind::bad_media, quoted(path) + " is not a file; name a JPEG or PNG");
  }
  const std::uintmax_t size = std::filesystem::file_size(path, failure);
  if (failure) throw Error(ErrorKind::io, quoted(path) + ": " + failure.message());
  if (size == 0) throw Error(ErrorKind::bad_media, quoted(path) + " is empty; name a JPEG or PNG");
  if (size > kMostBytes) {
    throw Error(ErrorKind::bad_media, quoted(path) + " is larger than a picture of 512 MiB");
  }
  std::vector<std::uint8_t> bytes(size);
  std::ifstream file(path, std::ios::binary);
  if (!file.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(size))) {
    throw Error(ErrorKind::io, quoted(path) + " cannot be read; check its permissions");
  }
  return Bytes(std::move(bytes));
}

ReaderPtr make_reader(Bytes& bytes) {
  constexpr int kBuffer = 1 << 16;
  auto* buffer = static_cast<unsigned char*>(av_malloc(kBuffer));
  if (buffer == nullptr) throw std::bad_alloc();
  ReaderPtr reader(
      avio_alloc_context(buffer, kBuffer, 0, &bytes, &Bytes::read, nullptr, &Bytes::seek));
  if (!reader) {
    av_free(buffer);
    throw std::bad_alloc();
  }
  return reader;
}

OpenedPtr open_picture(AVIOContext& reader, std::size_t bytes) {
  AVFormatContext* opened = avformat_alloc_context();
  if (opened == nullptr) throw std::bad_alloc();
  opened->pb = &reader;
  AVDictionary* options = nullptr;
  av_dict_set(&options, "format_whitelist", kFormats, 0);
  av_dict_set(&options, "protocol_whitelist", "", 0);
  // The picture demuxers cut the file into packets of this size.
  av_dict_set_int(&options, "frame_size", static_cast<std::int64_t>(bytes), 0);
  const int result = avformat_open_input(&opened, nullptr, nullptr, &options);
  av_dict_free(&options);
  return OpenedPtr(with_memory(result) < 0 ? nullptr : opened);
}

CodecPtr open_codec(const AVStream& stream) {
  const AVCodec* codec = avcodec_find_decoder(stream.codecpar->codec_id);
  if (codec == nullptr) return nullptr;
  CodecPtr context(avcodec_alloc_context3(codec));
  if (!context) throw std::bad_alloc();
  if (avcodec_parameters_to_context(context.get(), stream.codecpar) < 0) return nullptr;
  context->thread_count = 1;
  context->max_pixels = kMostPixels;
  if (avcodec_open2(context.get(), codec, nullptr) < 0) return nullptr;
  return context;
}

/// Empty when no packet of the file makes a picture.
FramePtr first_frame(AVFormatContext& format, AVCodecContext& codec) {
  const PacketPtr packet = make_packet();
  FramePtr frame = make_frame();
  bool more = true;
  while (more) {
    more = av_read_frame(&format, packet.get()) >= 0;
    avcodec_send_packet(&codec, more ? packet.get() : nullptr);
    av_packet_unref(packet.get());
    if (avcodec_receive_frame(&codec, frame.get()) >= 0) return frame;
  }
  return nullptr;
}

/// EXIF's orientation, 1 to 8: the quarter turns and the flip that make the picture upright. Some
/// decoders give it as a display matrix, others only as text.
PictureShape shape_of_photo(const AVFrame& frame) {
  const AVFrameSideData* matrix = av_frame_get_side_data(&frame, AV_FRAME_DATA_DISPLAYMATRIX);
  PictureShape shape = shape_from(matrix != nullptr ? matrix->data : nullptr, {1, 1});
  const AVDictionaryEntry* text = av_dict_get(frame.metadata, "Orientation", nullptr, 0);
  if (matrix != nullptr || text == nullptr) return shape;
  std::string_view digits = text->value;
  digits.remove_prefix(std::min(digits.find_first_not_of(' '), digits.size()));
  std::size_t orientation = 1;
  std::from_chars(digits.data(), digits.data() + digits.size(), orientation);
  constexpr std::array<PictureShape, 9> kShapes{{{},
                                                 {},
                                                 {.rotation = 0, .mirrored = true},
                                                 {.rotation = 180},
                                                 {.rotation = 180, .mirrored = true},
                                                 {.rotation = 90, .mirrored = true},
                                                 {.rotation = 90},
                                                 {.rotation = 270, .mirrored = true},
                                                 {.rotation = 270}}};
  return orientation < kShapes.size() ? kShapes[orientation] : shape;
}

std::shared_ptr<const Picture> decode_photo(const std::filesystem::path& path) {
  Bytes bytes = load(path);
  const ReaderPtr reader = make_reader(bytes);
  const OpenedPtr format = open_picture(*reader, bytes.size());
  if (!format || format->nb_streams == 0) refuse(path);
  const CodecPtr codec = open_codec(*format->streams[0]);
  if (!codec) refuse(path);
  FramePtr frame = first_frame(*format, *codec);
  if (!frame || frame->width <= 0 || frame->height <= 0) refuse(path);
  // JFIF, EXIF and WebP mean BT.601 at any size.
  if (frame->colorspace == AVCOL_SPC_UNSPECIFIED) frame->colorspace = AVCOL_SPC_SMPTE170M;
  const PictureShape shape = shape_of_photo(*frame);
  return make_picture(std::move(frame), shape);
}

}  // namespace

std::shared_ptr<const Picture> read_photo(const std::filesystem::path& path) {
  silence_ffmpeg();
  return MemoryWatch().over([&] { return decode_photo(path); });
}

}  // namespace screenalytics
