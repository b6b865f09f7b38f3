// SPDX-License-Identifier: MIT
#include "video/packet_facts.h"

#include <algorithm>
#include <cstddef>
#include <new>
#include <span>

namespace screenalytics {
namespace {

using Bytes = std::span<const std::uint8_t>;

/// Place of the next 00 00 01, or the size when there is none.
std::size_t find_start_code(Bytes data, std::size_t from) {
  std::size_t i = from;
  while (i + 2 < data.size()) {
    if (data[i + 2] > 1) {
      i += 3;
    } else if (data[i] == 0 && data[i + 1] == 0 && data[i + 2] == 1) {
      return i;
    } else {
      ++i;
    }
  }
  return data.size();
}

/// Calls visit(first bytes of each NAL unit) until it returns false.
template <typename Visit>
void visit_start_coded(Bytes data, Visit&& visit) {
  std::size_t at = find_start_code(data, 0);
  while (at + 5 <= data.size()) {
    if (!visit(data.subspan(at + 3))) return;
    at = find_start_code(data, at + 3);
  }
}

template <typename Visit>
void visit_length_coded(Bytes data, std::size_t length_size, Visit&& visit) {
  std::size_t at = 0;
  while (at + length_size + 2 <= data.size()) {
    std::size_t length = 0;
    for (std::size_t i = 0; i < length_size; ++i) length = length << 8U | data[at + i];
    at += length_size;
    if (length > data.size() - at) return;
    if (length >= 2 && !visit(data.subspan(at, length))) return;
    at += length;
  }
}

template <typename Visit>
void visit_nal_units(Bytes data, int length_size, Visit&& visit) {
  if (length_size == 0) {
    visit_start_coded(data, visit);
  } else {
    visit_length_coded(data, static_cast<std::size_t>(length_size), visit);
  }
}

/// ISO/IEC 14496-15: avcC and hvcC start with version 1; Annex B extradata starts with zeros.
int nal_length_size(const AVCodecParameters& parameters) {
  const Bytes extra(parameters.extradata, static_cast<std::size_t>(parameters.extradata_size));
  if (parameters.codec_id == AV_CODEC_ID_H264 && extra.size() >= 7 && extra[0] == 1)
    return (extra[4] & 3) + 1;
  if (parameters.codec_id == AV_CODEC_ID_HEVC && extra.size() >= 23 &&
      (extra[0] != 0 || extra[1] != 0 || extra[2] > 1)) {
    return (extra[21] & 3) + 1;
  }
  return 0;
}

/// ITU-T H.264, 7.3.1: nal_ref_idc and nal_unit_type; slices are types 1, 2 and 5.
void read_h264(Bytes data, int length_size, PacketFacts& facts) {
  bool slices = false;
  bool reference = false;
  visit_nal_units(data, length_size, [&](Bytes unit) {
    const int type = unit[0] & 31;
    if (type != 1 && type != 2 && type != 5) return true;
    slices = true;
    facts.restarts = facts.restarts || type == 5;
    reference = reference || (unit[0] & 0x60) != 0;
    return !reference;
  });
  facts.reference = reference || !slices;
}

/// ITU-T H.265, table 7-1: even types below 16 are sub-layer non-reference pictures, 16 to 21 key
/// pictures.
void read_hevc(Bytes data, int length_size, PacketFacts& facts) {
  visit_nal_units(data, length_size, [&](Bytes unit) {
    const int type = unit[0] >> 1 & 63;
    if (type >= 32) return true;
    facts.temporal_id = (unit[1] & 7) - 1;
    facts.reference = type >= 16 || type % 2 != 0;
    facts.broken_start = type >= 16 && type <= 18;
    facts.restarts = type >= 16 && type <= 20;
    facts.after_broken = type == 8 || type == 9;
    return false;
  });
}

/// ISO/IEC 13818-2, 6.2.3: picture_start_code, 10 bits temporal_reference, 3 bits
/// picture_coding_type (3 is B).
bool is_mpeg2_b_picture(Bytes data) {
  for (std::size_t at = find_start_code(data, 0); at + 6 <= data.size();
       at = find_start_code(data, at + 3)) {
    if (data[at + 3] == 0) return (data[at + 5] >> 3 & 7) == 3;
  }
  return false;
}

/// ISO/IEC 14496-2, 6.2.5: vop_start_code, 2 bits vop_coding_type. Two pictures in one packet are
/// "packed B-frames" (DivX): then the packets do not say what is shown when.
DisplayOrder mpeg4_order(Bytes data) {
  DisplayOrder order = DisplayOrder::after_next;
  int pictures = 0;
  for (std::size_t at = find_start_code(data, 0); at + 5 <= data.size();
       at = find_start_code(data, at + 3)) {
    if (data[at + 3] != 0xb6) continue;
    if (++pictures > 1) return DisplayOrder::unknown;
    if (data[at + 4] >> 6 == 2) order = DisplayOrder::as_decoded;
  }
  return order;
}

/// RFC 6386, 9.1: bit 4 of the first byte is show_frame.
bool vp8_shown(Bytes data) { return data.empty() || (data[0] & 0x10) != 0; }

/// VP9 bitstream specification, 6.2 and Annex B: a superframe always shows one of its frames.
bool vp9_shown(Bytes data) {
  if (data.empty() || (data.back() & 0xe0) == 0xc0 || data[0] >> 6 != 2) return true;
  const bool profile3 = (data[0] & 0x30) == 0x30;
  const int shift = profile3 ? 2 : 3;  // of show_existing_frame; then frame_type, show_frame
  if ((data[0] >> shift & 1) != 0) return true;
  return (data[0] >> (shift - 2) & 1) != 0;
}

}  // namespace

PacketInspector::PacketInspector(const AVCodecParameters& parameters)
    : codec_id_(parameters.codec_id), nal_length_size_(nal_length_size(parameters)) {
  if (codec_id_ != AV_CODEC_ID_H264 && codec_id_ != AV_CODEC_ID_HEVC) return;
  parser_.reset(av_parser_init(codec_id_));
  context_.reset(avcodec_alloc_context3(nullptr));
  if (!context_) throw std::bad_alloc();
  if (!parser_ || avcodec_parameters_to_context(context_.get(), &parameters) < 0) {
    parser_.reset();
    return;
  }
  parser_->flags |= PARSER_FLAG_COMPLETE_FRAMES;
}

PacketFacts PacketInspector::inspect(const AVPacket& packet) {
  PacketFacts facts;
  const Bytes data(packet.data, static_cast<std::size_t>(std::max(packet.size, 0)));
  switch (codec_id_) {
    case AV_CODEC_ID_H264:
      read_h264(data, nal_length_size_, facts);
      break;
    case AV_CODEC_ID_HEVC:
      read_hevc(data, nal_length_size_, facts);
      break;
    case AV_CODEC_ID_MPEG1VIDEO:
    case AV_CODEC_ID_MPEG2VIDEO:
      facts.reference = !is_mpeg2_b_picture(data);
      facts.display = facts.reference ? DisplayOrder::after_next : DisplayOrder::as_decoded;
      break;
    case AV_CODEC_ID_MPEG4:
      facts.display = mpeg4_order(data);
      break;
    case AV_CODEC_ID_VP8:
      facts.shown = vp8_shown(data);
      break;
    case AV_CODEC_ID_VP9:
      facts.shown = vp9_shown(data);
      break;
    default:
      break;
  }
  if (parser_) ask_parser(packet, facts);
  return facts;
}

void PacketInspector::ask_parser(const AVPacket& packet, PacketFacts& facts) {
  std::uint8_t* out = nullptr;
  int out_size = 0;
  av_parser_parse2(parser_.get(),
                   context_.get(),
                   &out,
                   &out_size,
                   packet.data,
                   packet.size,
                   packet.pts,
                   packet.dts,
                   packet.pos);
  facts.display = DisplayOrder::by_number;
  facts.number = parser_->output_picture_number;
  if (codec_id_ != AV_CODEC_ID_H264) return;
  facts.gradual = !facts.restarts && parser_->pict_type != AV_PICTURE_TYPE_I;
  if (parser_->picture_structure == AV_PICTURE_STRUCTURE_TOP_FIELD) facts.field = PictureField::top;
  if (parser_->picture_structure == AV_PICTURE_STRUCTURE_BOTTOM_FIELD)
    facts.field = PictureField::bottom;
}

}  // namespace screenalytics
