// SPDX-License-Identifier: MIT
#include "video/video_writer.h"

#include "core/error.h"
#include "video/audio_copy.h"
#include "video/output_file.h"
#include "video/upright.h"
#include "video/video_encoder.h"

#include <algorithm>
#include <limits>
#include <optional>

namespace screenalytics {
namespace {

constexpr AVRational kMicroseconds{1, 1000000};

struct SourceClock {
  AVRational time_base = kMicroseconds;
  bool in_ticks = false;   ///< times are the source's own ticks, exactly; else microseconds
  bool true_times = true;  ///< false: the file's own times could not be used for its frames
};

SourceClock clock_of(const VideoIndex& source) {
  const FormatPtr file = open_video(source.info.path);
  const auto number = static_cast<unsigned>(source.info.video_stream);
  if (number >= file->nb_streams) return {};
  const AVRational clock = file->streams[number]->time_base;
  constexpr int kFinest = 10'000'000;  // ticks a second; finer ones do not fit an MP4's fields
  const bool same = std::ranges::all_of(source.frames, [&](const FrameEntry& frame) {
    return to_media_time(frame.pts, clock) == frame.time;
  });
  if (!same || clock.den > kFinest) return {.true_times = same};
  return {clock, true, true};
}

}  // namespace

struct VideoWriter::State {
  State(const VideoIndex& source_in,
        const std::filesystem::path& file_in,
        const WriteOptions& options_in)
      : source(source_in),
        options(options_in),
        name(encoder_name(options.encoding)),
        source_clock(clock_of(source)),
        clock(source_clock.time_base),
        file(file_in, options.container),
        packet(make_packet()) {}

  FrameTicks ticks_of(FrameIndex number) const {
    const FrameEntry& entry = source.at(number);
    const std::int64_t pts =
        source_clock.in_ticks ? entry.pts : entry.time.time_since_epoch().count();
    const std::int64_t next = av_rescale_q(
        (entry.time + entry.duration).time_since_epoch().count(), kMicroseconds, clock);
    return {pts, std::max<std::int64_t>(1, next - pts)};
  }

  void begin(const AVFrame& first) {
    const EncoderClock about{clock, source.info.nominal_fps};
    encoder.emplace(first, about, options);
    AVStream& stream = file.add_stream();
    if (avcodec_parameters_from_context(stream.codecpar, &encoder->context()) < 0)
      throw std::bad_alloc();
    stream.time_base = clock;
    stream.sample_aspect_ratio = first.sample_aspect_ratio;
    stream.avg_frame_rate = encoder->context().framerate;
    size = {first.width, first.height};
    add_audio();
    file.begin(clock.num == 1 ? std::max(1000, clock.den) : 1'000'000);
  }

  void add_audio() {
    if (!options.audio) return;
    // The audio's times are the file's own: they fit only where the video's are, too.
    if (source_clock.true_times) {
      audio.emplace(source, file, notes);
      return;
    }
    notes.emplace_back(
        "the audio is left out: the file's clock cannot be followed, and it would not fit");
  }

  void drain() {
    while (encoder->receive(*packet)) {
      const MediaTime time = to_media_time(packet->dts, clock);
      if (audio) audio->write_until(time);
      packet->stream_index = 0;
      av_packet_rescale_ts(packet.get(), clock, file.context().streams[0]->time_base);
      file.write(*packet);
    }
  }

  const VideoIndex& source;
  const WriteOptions options;
  const std::string name;
  const SourceClock source_clock;
  const AVRational clock;
  OutputFile file;
  PacketPtr packet;
  std::optional<VideoEncoder> encoder;
  std::optional<AudioCopy> audio;
  std::vector<std::string> notes;
  FramePtr frame;    // prepared
  FrameIndex index;  // of it
  Size picture;      // its size without padding
  Size size;         // of the output
};

VideoWriter::VideoWriter(const VideoIndex& source,
                         const std::filesystem::path& file,
                         const WriteOptions& options)
    : state_(std::make_unique<State>(source, file, options)) {}

VideoWriter::~VideoWriter() = default;

Canvas VideoWriter::prepare(const Frame& frame) {
  State& state = *state_;
  state.frame = upright_frame(*frame.picture);
  state.index = frame.index;
  state.picture = frame.picture->size();
  return canvas_of(*state.frame, state.picture);
}

void VideoWriter::write() {
  State& state = *state_;
  pad_to_even(*state.frame, state.picture);
  if (!state.encoder) state.begin(*state.frame);
  if (Size{state.frame->width, state.frame->height} != state.size)
    state.frame = resized(*state.frame, state.size);
  state.encoder->send(*state.frame, state.ticks_of(state.index));
  state.frame.reset();
  state.drain();
}

void VideoWriter::finish() {
  State& state = *state_;
  if (!state.encoder)
    throw Error(ErrorKind::bad_media,
                "no frame of " + quoted(state.source.info.path) + " could be decoded");
  state.encoder->send_end();
  state.drain();
  if (state.audio) state.audio->write_all();
  state.file.finish();
}

std::string VideoWriter::encoder() const { return state_->name; }

const std::vector<std::string>& VideoWriter::notes() const { return state_->notes; }

}  // namespace screenalytics
