// SPDX-License-Identifier: MIT
#include "video/audio_copy.h"

#include "video/stream.h"

#include <algorithm>
#include <new>

namespace screenalytics {

AudioCopy::AudioCopy(const VideoIndex& source, OutputFile& out, std::vector<std::string>& notes)
    : out_(out), packet_(make_packet()) {
  const bool any = std::ranges::any_of(
      source.info.streams, [](const StreamInfo& stream) { return stream.kind == "audio"; });
  if (!any) return;
  file_ = open_video(source.info.path);
  read_stream_info(*file_, source.info.path);
  streams_.resize(file_->nb_streams);
  for (unsigned i = 0; i < file_->nb_streams; ++i) {
    if (file_->streams[i]->codecpar->codec_type == AVMEDIA_TYPE_AUDIO)
      add(*file_->streams[i], notes);
    file_->streams[i]->discard = streams_[i].out >= 0 ? AVDISCARD_DEFAULT : AVDISCARD_ALL;
  }
}

void AudioCopy::add(const AVStream& from, std::vector<std::string>& notes) {
  const std::string codec = avcodec_get_name(from.codecpar->codec_id);
  if (!out_.takes(from.codecpar->codec_id)) {
    notes.push_back("audio stream " + std::to_string(from.index) + " (" + codec +
                    ") cannot lie in this kind of file and is left out: write to .mkv or .mov "
                    "instead");
    return;
  }
  AVStream& to = out_.add_stream();
  if (avcodec_parameters_copy(to.codecpar, from.codecpar) < 0) throw std::bad_alloc();
  to.codecpar->codec_tag = 0;
  to.time_base = from.time_base;
  to.disposition = from.disposition;
  if (const AVDictionaryEntry* language = av_dict_get(from.metadata, "language", nullptr, 0))
    av_dict_set(&to.metadata, "language", language->value, 0);
  streams_[static_cast<std::size_t>(from.index)].out = to.index;
}

/// The next packet to copy; false at the end.
bool AudioCopy::read() {
  while (file_ && !holds_) {
    av_packet_unref(packet_.get());
    if (!read_packet(*file_, *packet_, damaged_)) {
      file_.reset();
      return false;
    }
    const auto stream = static_cast<std::size_t>(packet_->stream_index);
    if (stream >= streams_.size() || streams_[stream].out < 0) continue;
    if (packet_->dts == AV_NOPTS_VALUE) packet_->dts = packet_->pts;
    const std::int64_t last = streams_[stream].last_dts;
    // The container wants rising times; a packet without one, or from the past, has no place.
    holds_ = packet_->dts != AV_NOPTS_VALUE && (last == AV_NOPTS_VALUE || packet_->dts > last);
  }
  return holds_;
}

void AudioCopy::write() {
  Stream& stream = streams_[static_cast<std::size_t>(packet_->stream_index)];
  stream.last_dts = packet_->dts;
  const AVRational from = file_->streams[packet_->stream_index]->time_base;
  packet_->stream_index = stream.out;
  packet_->pos = -1;
  av_packet_rescale_ts(packet_.get(), from, out_.context().streams[stream.out]->time_base);
  holds_ = false;
  out_.write(*packet_);
}

void AudioCopy::write_until(MediaTime time) {
  while (read()) {
    if (to_media_time(packet_->dts, file_->streams[packet_->stream_index]->time_base) > time)
      return;
    write();
  }
}

void AudioCopy::write_all() {
  while (read()) write();
}

}  // namespace screenalytics
