// SPDX-License-Identifier: MIT
#pragma once

#include "core/frame.h"
#include "video/ffmpeg.h"
#include "video/planes.h"
#include "video/video_info.h"

#include <cstdint>

namespace screenalytics {

enum class Matrix { bt601, bt709, bt2020, rgb };
enum class Primaries { bt709, bt2020, p3 };

/// What a frame's sample values mean.
struct ColourModel {
  Matrix matrix = Matrix::bt709;
  Primaries primaries = Primaries::bt709;  ///< only looked at for HDR
  Transfer transfer = Transfer::sdr;
  bool full_range = false;
};

/// From the frame's own marks. An unmarked matrix is BT.709 for pictures at least 720 rows high or
/// 1280 pixels wide (cropped HD), BT.601 for smaller ones and BT.2020 for HDR; an unmarked range is
/// full for grey and RGB, limited for the rest.
ColourModel colour_of(const AVFrame& frame);

/// Samples of this depth go into to_bgr: 8 bits, or 16 where tone mapping needs them.
inline int working_bits(const ColourModel& model) {
  return model.transfer == Transfer::sdr ? 8 : 16;
}

/// Y, U and V, or R, G and B, of one size.
struct Channels {
  PlaneView first;
  PlaneView second;
  PlaneView third;
};

/// BGR24, full range, SDR. Samples have working_bits(model).
///
/// HDR becomes SDR as follows: the signal is turned into light as shown on a 1000 cd/m2 display
/// (SMPTE ST 2084; BT.2100 HLG with system gamma 1.2), converted to BT.709 primaries, and brought
/// into the range of SDR whose white stands for 203 cd/m2 (BT.2408) by the curve of BT.2390
/// section 5.4: untouched up to 93 cd/m2, rolled off above, hue kept because all three channels are
/// scaled by what the curve does to the largest. Then the inverse of the SDR display's curve
/// (BT.1886, 2.4).
Image to_bgr(const Channels& channels, const ColourModel& model);

}  // namespace screenalytics
