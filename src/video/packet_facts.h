// SPDX-License-Identifier: MIT
#pragma once

#include "video/ffmpeg.h"

#include <cstdint>

namespace screenalytics {

enum class PictureField { whole, top, bottom };

/// When a picture is shown, as far as its headers tell.
enum class DisplayOrder {
  as_decoded,  ///< at once
  after_next,  ///< after the pictures up to the next one of this kind (MPEG I and P pictures)
  by_number,   ///< by `number`, counted from the last restart (H.264, HEVC)
  unknown,
};

/// What a packet's own headers say about its picture, without decoding it.
struct PacketFacts {
  bool shown =
      true;  ///< false: later pictures need it, but it puts nothing on the screen (VP8, VP9)
  bool reference = true;  ///< false: no picture of its temporal layer or a lower one refers to it
  int temporal_id = 0;  ///< HEVC; a non-reference picture may be left out in the highest layer only
  bool restarts = false;  ///< IDR, BLA: display order starts anew
  bool after_broken =
      false;  ///< HEVC RASL: cannot be decoded when decoding starts at the key frame before it
  bool gradual = false;  ///< H.264 without an IDR or I picture: decoding may start here, but only
                         ///< later pictures come out whole (intra refresh)
  bool broken_start = false;  ///< HEVC BLA: its RASL pictures are lost in any case
  PictureField field = PictureField::whole;
  DisplayOrder display = DisplayOrder::as_decoded;
  std::int64_t number = 0;
};

/// Reads the headers of one stream's packets in decoding order.
class PacketInspector {
 public:
  explicit PacketInspector(const AVCodecParameters& parameters);
  PacketFacts inspect(const AVPacket& packet);

 private:
  void ask_parser(const AVPacket& packet, PacketFacts& facts);

  AVCodecID codec_id_;
  int nal_length_size_ = 0;  ///< 0: start codes
  CodecPtr context_;
  ParserContextPtr parser_{nullptr, av_parser_close};
};

}  // namespace screenalytics
