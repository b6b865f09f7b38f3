// SPDX-License-Identifier: MIT
#include "video/output_file.h"

#include "core/error.h"

#include <new>
#include <utility>

namespace screenalytics {

void OutputFile::Closes::operator()(AVFormatContext* context) const {
  avio_closep(&context->pb);
  avformat_free_context(context);
}

OutputFile::OutputFile(std::filesystem::path path, const std::string& container)
    : path_(std::move(path)) {
  silence_ffmpeg();
  const std::string url = "file:" + path_.string();
  AVFormatContext* context = nullptr;
  const int code =
      avformat_alloc_output_context2(&context, nullptr, container.c_str(), url.c_str());
  if (code < 0) {
    throw Error(ErrorKind::unavailable,
                "FFmpeg cannot write '" + container + "' files here: " + ffmpeg_text(code));
  }
  context_.reset(context);
  // The same input gives the same bytes.
  context->flags |= AVFMT_FLAG_BITEXACT;
  check(avio_open2(&context->pb, url.c_str(), AVIO_FLAG_WRITE, nullptr, nullptr), "write");
}

bool OutputFile::takes(AVCodecID codec) const {
  return avformat_query_codec(context_->oformat, codec, FF_COMPLIANCE_NORMAL) == 1;
}

AVStream& OutputFile::add_stream() {
  AVStream* stream = avformat_new_stream(context_.get(), nullptr);
  if (stream == nullptr) throw std::bad_alloc();
  return *stream;
}

void OutputFile::begin(int clock) {
  AVDictionary* options = nullptr;
  // Options that a container does not have are passed over.
  av_dict_set(&options, "movflags", "+faststart", 0);
  av_dict_set_int(&options, "movie_timescale", clock, 0);
  const int code = avformat_write_header(context_.get(), &options);
  av_dict_free(&options);
  check(code, "begin");
  begun_ = true;
}

void OutputFile::write(AVPacket& packet) {
  check(av_interleaved_write_frame(context_.get(), &packet), "write");
}

void OutputFile::finish() {
  check(av_write_trailer(context_.get()), "finish");
  check(avio_closep(&context_->pb), "finish");
}

/// FFmpeg collects what is written and may notice a full disk some calls later.
void OutputFile::check(int code, const char* action) const {
  if (code >= 0 && context_->pb != nullptr) code = context_->pb->error;
  if (code >= 0) return;
  const std::string what =
      std::string("cannot ") + action + " " + quoted(path_) + ": " + ffmpeg_text(code);
  if (code == AVERROR(ENOSPC) || code == AVERROR(EDQUOT))
    throw Error(ErrorKind::no_space, what + "; free some space and run again");
  throw Error(ErrorKind::io, what);
}

}  // namespace screenalytics
