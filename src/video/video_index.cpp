// SPDX-License-Identifier: MIT
#include "video/video_index.h"

extern "C" {
#include <libavutil/avstring.h>
#include <libavutil/pixdesc.h>
}

#include "core/error.h"
#include "core/memory_watch.h"
#include "video/frame_times.h"
#include "video/packet_facts.h"
#include "video/picture.h"
#include "video/stream.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <optional>
#include <string>
#include <utility>

namespace screenalytics {
namespace {

namespace fs = std::filesystem;

std::string kind_of(const AVStream& stream) {
  if ((stream.disposition & AV_DISPOSITION_ATTACHED_PIC) != 0) return "cover";
  const char* kind = av_get_media_type_string(stream.codecpar->codec_type);
  return kind != nullptr ? kind : "data";
}

std::vector<StreamInfo> list_streams(const AVFormatContext& file) {
  std::vector<StreamInfo> streams;
  for (unsigned i = 0; i < file.nb_streams; ++i) {
    const AVStream& stream = *file.streams[i];
    streams.push_back(
        {static_cast<int>(i), kind_of(stream), avcodec_get_name(stream.codecpar->codec_id)});
  }
  return streams;
}

[[noreturn]] void no_video(const fs::path& path, const std::vector<StreamInfo>& streams) {
  std::string others;
  for (const StreamInfo& stream : streams) {
    if (others.find(stream.kind) == std::string::npos)
      others += (others.empty() ? "" : ", ") + stream.kind;
  }
  throw Error(ErrorKind::bad_media,
              quoted(path) + " has no video stream" + (others.empty() ? "" : ", only: " + others) +
                  "; give a file with moving pictures");
}

bool is_moving(const AVStream& stream) {
  constexpr int kStill =
      AV_DISPOSITION_ATTACHED_PIC | AV_DISPOSITION_TIMED_THUMBNAILS | AV_DISPOSITION_STILL_IMAGE;
  return stream.codecpar->codec_type == AVMEDIA_TYPE_VIDEO && (stream.disposition & kStill) == 0;
}

/// What the author marked as the default wins, then the larger picture, then the earlier stream.
bool is_better(const AVStream& stream, const AVStream& than) {
  const auto is_default = [](const AVStream& s) {
    return (s.disposition & AV_DISPOSITION_DEFAULT) != 0;
  };
  const auto pixels = [](const AVStream& s) {
    return std::int64_t{s.codecpar->width} * s.codecpar->height;
  };
  if (is_default(stream) != is_default(than)) return is_default(stream);
  return pixels(stream) > pixels(than);
}

/// A header that says how long the video is, when its frames end well before: the file was cut off.
std::optional<std::string> cut_off_note(const AVFormatContext& file,
                                        const AVStream& stream,
                                        const VideoInfo& info) {
  constexpr double kAllowed = 0.8;
  // Only what the header says: an estimate from the bit rate proves nothing.
  if (file.duration_estimation_method == AVFMT_DURATION_FROM_BITRATE) return std::nullopt;
  const bool of_stream = stream.duration > 0;
  if (!of_stream && file.duration <= 0) return std::nullopt;
  const double said = of_stream ? static_cast<double>(stream.duration) * av_q2d(stream.time_base)
                                : static_cast<double>(file.duration) / AV_TIME_BASE;
  // A file's duration counts from zero, a stream's from its first frame.
  const double there = to_seconds(info.end) - (of_stream ? to_seconds(info.start) : 0);
  if (there >= kAllowed * said || said - there < 0.5) return std::nullopt;
  std::array<char, 160> text{};
  std::snprintf(
      text.data(),
      text.size(),
      "the file says that its video is %.1f s long, but the pictures end after %.1f s: it "
      "may have been cut off",
      said,
      there);
  return text.data();
}

int choose_stream(AVFormatContext& file, VideoInfo& info) {
  int chosen = -1;
  int moving = 0;
  for (unsigned i = 0; i < file.nb_streams; ++i) {
    if (!is_moving(*file.streams[i])) continue;
    ++moving;
    if (chosen < 0 || is_better(*file.streams[i], *file.streams[chosen]))
      chosen = static_cast<int>(i);
  }
  if (moving == 0) no_video(info.path, info.streams);
  if (moving > 1) {
    info.notes.push_back("the file has " + std::to_string(moving) + " video streams; stream " +
                         std::to_string(chosen) + " is used");
  }
  return chosen;
}

int depth_of(int pixel_format) {
  const AVPixFmtDescriptor* about = av_pix_fmt_desc_get(static_cast<AVPixelFormat>(pixel_format));
  return about != nullptr ? about->comp[0].depth : 8;
}

Transfer transfer_of(const AVCodecParameters& codec) {
  if (codec.color_trc == AVCOL_TRC_SMPTE2084) return Transfer::pq;
  if (codec.color_trc == AVCOL_TRC_ARIB_STD_B67) return Transfer::hlg;
  return Transfer::sdr;
}

void describe(const AVFormatContext& file, const AVStream& stream, VideoInfo& info) {
  const AVCodecParameters& codec = *stream.codecpar;
  const char* format = av_get_pix_fmt_name(static_cast<AVPixelFormat>(codec.format));
  info.container = file.iformat->name;
  info.codec = avcodec_get_name(codec.codec_id);
  info.pixel_format = format != nullptr ? format : "";
  info.coded = {codec.width, codec.height};
  const PictureShape shape = shape_of(stream);
  const bool turned = shape.rotation == 90 || shape.rotation == 270;
  info.size = turned ? Size{codec.height, codec.width} : info.coded;
  info.pixel_aspect = turned ? 1 / shape.stored_pixel_aspect : shape.stored_pixel_aspect;
  info.rotation = shape.rotation;
  info.mirrored = shape.mirrored;
  info.bit_depth = depth_of(codec.format);
  info.full_range = codec.color_range == AVCOL_RANGE_JPEG || info.pixel_format.starts_with("yuvj");
  info.interlaced =
      codec.field_order != AV_FIELD_UNKNOWN && codec.field_order != AV_FIELD_PROGRESSIVE;
  info.transfer = transfer_of(codec);
}

void check_usable(const AVStream& stream, const VideoInfo& info) {
  static_cast<void>(make_decoder(*stream.codecpar, info.path));
  if (info.coded.width <= 0 || info.coded.height <= 0) {
    throw Error(
        ErrorKind::bad_media,
        "the video stream of " + quoted(info.path) + " (" + info.codec +
            ") has no picture size: no frame of it can be read; the file is damaged or encrypted");
  }
}

/// Collects the packets of one stream.
class PacketPass {
 public:
  PacketPass(AVFormatContext& file, int stream)
      : file_(file), stream_(stream), inspector_(*file.streams[stream]->codecpar) {}

  void read_all(const std::stop_token& stop, const IndexProgress& progress, std::uint64_t bytes) {
    const PacketPtr packet = make_packet();
    for (std::int64_t count = 0; read_packet(file_, *packet, damaged_); ++count) {
      if (stop.stop_requested())
        throw Error(ErrorKind::cancelled, "stopped while reading the video's packets");
      if (packet->stream_index == stream_) add(*packet);
      av_packet_unref(packet.get());
      if (progress && count % 512 == 0) progress(place(bytes), bytes);
    }
    if (progress) progress(bytes, bytes);
  }

  /// Without those that come before the first key frame, which nothing can be decoded from.
  std::vector<PacketEntry> take_packets() {
    if (first_key_ > 0) packets_.erase(packets_.begin(), packets_.begin() + first_key_);
    return std::move(packets_);
  }
  std::ptrdiff_t before_first_key() const { return std::max<std::ptrdiff_t>(first_key_, 0); }
  std::int64_t damaged() const { return damaged_; }

 private:
  std::uint64_t place(std::uint64_t bytes) const {
    return std::min(bytes,
                    static_cast<std::uint64_t>(std::max<std::int64_t>(avio_tell(file_.pb), 0)));
  }

  void add(const AVPacket& packet) {
    const std::int64_t ordinal = ordinal_++;
    const bool key = (packet.flags & AV_PKT_FLAG_KEY) != 0;
    if (key && first_key_ < 0) first_key_ = static_cast<std::ptrdiff_t>(packets_.size());
    if ((packet.flags & AV_PKT_FLAG_CORRUPT) != 0) ++damaged_;
    const PacketFacts facts = inspector_.inspect(packet);
    if ((packet.flags & AV_PKT_FLAG_DISCARD) != 0) return;
    packets_.push_back({packet.pts,
                        packet.dts,
                        packet.duration,
                        ordinal,
                        static_cast<std::int32_t>(packet.size),
                        key && !facts.gradual,
                        facts});
  }

  AVFormatContext& file_;
  int stream_;
  PacketInspector inspector_;
  std::vector<PacketEntry> packets_;
  std::ptrdiff_t first_key_ = -1;
  std::int64_t ordinal_ = 0;
  std::int64_t damaged_ = 0;
};

void complete_info(VideoIndex& index) {
  VideoInfo& info = index.info;
  for (std::size_t i = 0; i < index.frames.size(); ++i) {
    if (index.frames[i].key) index.keys.push_back(static_cast<std::int64_t>(i));
  }
  info.frame_count = static_cast<std::int64_t>(index.frames.size());
  info.start = index.frames.front().time;
  info.end = index.frames.back().time + index.frames.back().duration;
  const double seconds = to_seconds(info.end - info.start);
  info.nominal_fps = seconds > 0 ? static_cast<double>(info.frame_count) / seconds : 0;
}

VideoIndex read_index(const fs::path& path,
                      const std::stop_token& stop,
                      const IndexProgress& progress) {
  VideoIndex index;
  VideoInfo& info = index.info;
  info.path = path;
  const FormatPtr file = open_video(path);
  info.bytes = fs::file_size(path);
  read_stream_info(*file, path);
  info.streams = list_streams(*file);
  info.video_stream = choose_stream(*file, info);
  AVStream& stream = *file->streams[info.video_stream];
  describe(*file, stream, info);
  check_usable(stream, info);
  keep_only(*file, info.video_stream);

  PacketPass pass(*file, info.video_stream);
  pass.read_all(stop, progress, info.bytes);
  index.damaged_packets = pass.damaged();
  if (pass.before_first_key() > 0) {
    info.notes.push_back(
        std::to_string(pass.before_first_key()) +
        " packets before the first key frame are left out: they cannot be decoded");
  }
  const StreamTiming timing{stream.time_base,
                            av_guess_frame_rate(file.get(), &stream, nullptr),
                            (file->iformat->flags & AVFMT_TS_DISCONT) != 0};
  FrameTimes times = time_frames(pass.take_packets(), timing);
  if (times.frames.empty()) {
    throw Error(ErrorKind::bad_media,
                "the video stream of " + quoted(path) + " holds no frames; copy the file again");
  }
  index.frames = std::move(times.frames);
  index.seekable = times.seekable;
  index.known_by_dts = times.known_by_dts;
  info.notes.insert(info.notes.end(), times.notes.begin(), times.notes.end());
  complete_info(index);
  if (auto note = cut_off_note(*file, stream, info)) info.notes.push_back(std::move(*note));
  return index;
}

}  // namespace

VideoIndex index_video(const fs::path& path,
                       const std::stop_token& stop,
                       const IndexProgress& progress) {
  return MemoryWatch().over([&] { return read_index(path, stop, progress); });
}

std::vector<Segment> plan_segments(const VideoIndex& index, Duration length) {
  if (length <= Duration::zero())
    throw Error(ErrorKind::bad_usage, "a segment must be longer than 0 seconds");
  const auto count = static_cast<std::int64_t>(index.frames.size());
  if (count == 0) return {};
  std::vector<Segment> segments{{0, {0}, {count}}};
  const MediaTime start = index.frames.front().time;
  Duration cut = length;
  for (std::int64_t i = 1; index.seekable && i < count; ++i) {
    const FrameEntry& frame = index.at({i});
    if (!frame.key || frame.time - start < cut) continue;
    segments.back().end = {i};
    segments.push_back({static_cast<int>(segments.size()), {i}, {count}});
    cut = ((frame.time - start) / length + 1) * length;
  }
  return segments;
}

}  // namespace screenalytics
