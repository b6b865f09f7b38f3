// SPDX-License-Identifier: MIT
#include "video/colour.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <utility>
#include <vector>

#include <libyuv/convert_argb.h>
#include <libyuv/planar_functions.h>

extern "C" {
#include <libavutil/pixdesc.h>
}

namespace screenalytics {
namespace {

constexpr double kDisplayPeak = 1000;    // cd/m2: what HDR programmes are graded for
constexpr double kReferenceWhite = 203;  // cd/m2, BT.2408

Transfer transfer_of(const AVFrame& frame) {
  switch (frame.color_trc) {
    case AVCOL_TRC_SMPTE2084:
      return Transfer::pq;
    case AVCOL_TRC_ARIB_STD_B67:
      return Transfer::hlg;
    default:
      return Transfer::sdr;
  }
}

Primaries primaries_of(const AVFrame& frame) {
  switch (frame.color_primaries) {
    case AVCOL_PRI_BT709:
      return Primaries::bt709;
    case AVCOL_PRI_SMPTE431:
    case AVCOL_PRI_SMPTE432:
      return Primaries::p3;
    default:
      return Primaries::bt2020;
  }
}

Matrix unmarked_matrix(const AVFrame& frame, Transfer transfer) {
  if (transfer != Transfer::sdr) return Matrix::bt2020;
  return frame.height >= 720 || frame.width >= 1280 ? Matrix::bt709 : Matrix::bt601;
}

Matrix matrix_of(const AVFrame& frame, bool rgb, Transfer transfer) {
  if (rgb) return Matrix::rgb;
  switch (frame.colorspace) {
    case AVCOL_SPC_BT709:
    case AVCOL_SPC_SMPTE240M:
      return Matrix::bt709;
    case AVCOL_SPC_FCC:
    case AVCOL_SPC_BT470BG:
    case AVCOL_SPC_SMPTE170M:
      return Matrix::bt601;
    case AVCOL_SPC_BT2020_NCL:
    case AVCOL_SPC_BT2020_CL:
      return Matrix::bt2020;
    default:
      return unmarked_matrix(frame, transfer);
  }
}

bool is_full_range(const AVFrame& frame, bool rgb, bool grey) {
  switch (frame.format) {
    case AV_PIX_FMT_YUVJ420P:
    case AV_PIX_FMT_YUVJ422P:
    case AV_PIX_FMT_YUVJ444P:
    case AV_PIX_FMT_YUVJ440P:
    case AV_PIX_FMT_YUVJ411P:
      return true;
    default:
      break;
  }
  if (frame.color_range == AVCOL_RANGE_UNSPECIFIED) return rgb || grey;
  return frame.color_range == AVCOL_RANGE_JPEG;
}

const libyuv::YuvConstants& libyuv_constants(const ColourModel& model) {
  switch (model.matrix) {
    case Matrix::bt601:
      return model.full_range ? libyuv::kYuvJPEGConstants : libyuv::kYuvI601Constants;
    case Matrix::bt2020:
      return model.full_range ? libyuv::kYuvV2020Constants : libyuv::kYuv2020Constants;
    default:
      return model.full_range ? libyuv::kYuvF709Constants : libyuv::kYuvH709Constants;
  }
}

void yuv_to_bgr(const Channels& in, const ColourModel& model, std::uint8_t* out) {
  libyuv::I444ToRGB24Matrix(in.first.data,
                            static_cast<int>(in.first.stride),
                            in.second.data,
                            static_cast<int>(in.second.stride),
                            in.third.data,
                            static_cast<int>(in.third.stride),
                            out,
                            in.first.size.width * 3,
                            &libyuv_constants(model),
                            in.first.size.width,
                            in.first.size.height);
}

void rgb_to_bgr(const Channels& in, std::uint8_t* out) {
  libyuv::MergeRGBPlane(in.third.data,
                        static_cast<int>(in.third.stride),
                        in.second.data,
                        static_cast<int>(in.second.stride),
                        in.first.data,
                        static_cast<int>(in.first.stride),
                        out,
                        in.first.size.width * 3,
                        in.first.size.width,
                        in.first.size.height);
}

/// SMPTE ST 2084: signal 0..1 to cd/m2, and back.
double pq_to_light(double signal) {
  const double p = std::pow(signal, 32.0 / 2523);
  const double ratio = std::max(p - 3424.0 / 4096, 0.0) / (2413.0 / 128 - 2392.0 / 128 * p);
  return 10000 * std::pow(ratio, 8192.0 / 1305);
}
double light_to_pq(double light) {
  const double p = std::pow(light / 10000, 1305.0 / 8192);
  return std::pow((3424.0 / 4096 + 2413.0 / 128 * p) / (1 + 2392.0 / 128 * p), 2523.0 / 32);
}

/// BT.2100 HLG: signal 0..1 to scene light 0..1.
double hlg_to_scene(double signal) {
  constexpr double kA = 0.17883277;
  constexpr double kB = 1 - 4 * kA;
  const double c = 0.5 - kA * std::log(4 * kA);
  return signal <= 0.5 ? signal * signal / 3 : (std::exp((signal - c) / kA) + kB) / 12;
}

/// BT.2390 section 5.4.1: what light becomes on the way from the HDR display to SDR, in cd/m2.
double rolled_off(double light) {
  const double peak = light_to_pq(kDisplayPeak);
  const double target = light_to_pq(kReferenceWhite) / peak;
  const double knee = 1.5 * target - 0.5;
  const double signal = std::min(light_to_pq(light) / peak, 1.0);
  if (signal <= knee) return light;
  const double t = (signal - knee) / (1 - knee);
  const double t2 = t * t;
  const double t3 = t2 * t;
  const double spline =
      (2 * t3 - 3 * t2 + 1) * knee + (t3 - 2 * t2 + t) * (1 - knee) + (-2 * t3 + 3 * t2) * target;
  return pq_to_light(spline * peak);
}

/// Everything that needs a power or a logarithm, as tables. Light is 1 at the display's peak;
/// tables over light are indexed by its square root, which spreads the dark end.
struct ToneTables {
  static constexpr int kSteps = 4096;
  template <typename T>
  using Table = std::array<T, kSteps>;
  Table<float> light{};        ///< by signal
  Table<float> system{};       ///< HLG's system gamma for this display as a factor, by luminance
  Table<float> gain{};         ///< by light: the roll-off's factor, to SDR white = 1
  Table<std::uint8_t> code{};  ///< by SDR light

  explicit ToneTables(Transfer transfer) {
    for (std::size_t i = 0; i < kSteps; ++i) {
      const double at = static_cast<double>(i) / (kSteps - 1);
      light[i] = static_cast<float>(transfer == Transfer::pq
                                        ? std::min(pq_to_light(at) / kDisplayPeak, 1.0)
                                        : hlg_to_scene(at));
      system[i] = static_cast<float>(std::pow(at * at, 0.2));
      const double shown = std::max(at * at, 1e-8) * kDisplayPeak;
      gain[i] = static_cast<float>(rolled_off(shown) / shown * kDisplayPeak / kReferenceWhite);
      code[i] = static_cast<std::uint8_t>(std::lround(255 * std::pow(at * at, 1 / 2.4)));
    }
  }

  static std::int32_t step(float at) {
    return static_cast<std::int32_t>(std::min(std::max(at, 0.0F), 1.0F) * (kSteps - 1) + 0.5F);
  }
};

const ToneTables& tone_tables(Transfer transfer) {
  static const ToneTables kPq(Transfer::pq);
  static const ToneTables kHlg(Transfer::hlg);
  return transfer == Transfer::pq ? kPq : kHlg;
}

struct Rgb {
  float r = 0;
  float g = 0;
  float b = 0;
};

/// Rows of the conversion of linear light to BT.709 primaries (BT.2087; D65 throughout).
using Gamut = std::array<Rgb, 3>;

constexpr Gamut kSameGamut{Rgb{1, 0, 0}, Rgb{0, 1, 0}, Rgb{0, 0, 1}};
constexpr Gamut kFrom2020{Rgb{1.660491F, -0.587641F, -0.072850F},
                          Rgb{-0.124550F, 1.132900F, -0.008349F},
                          Rgb{-0.018151F, -0.100579F, 1.118730F}};
constexpr Gamut kFromP3{Rgb{1.224940F, -0.224940F, 0},
                        Rgb{-0.042057F, 1.042057F, 0},
                        Rgb{-0.019638F, -0.078636F, 1.098274F}};

const Gamut& gamut_of(Primaries primaries) {
  switch (primaries) {
    case Primaries::bt709:
      return kSameGamut;
    case Primaries::p3:
      return kFromP3;
    default:
      return kFrom2020;
  }
}

/// Sample values of 16 bits to R'G'B' from 0 to 1: `channel = luma (first - offset) + ...`.
struct Decoder {
  float offset = 0;
  float luma = 0;
  float red_from_v = 0;
  float green_from_u = 0;
  float green_from_v = 0;
  float blue_from_u = 0;

  explicit Decoder(const ColourModel& model) {
    const auto [kr, kb] = weights(model.matrix);
    const double kg = 1 - kr - kb;
    offset = model.full_range ? 0 : 16 * 256;
    luma = static_cast<float>(1.0 / (model.full_range ? 65535 : 219 * 256));
    const double chroma = 2.0 / (model.full_range ? 65535 : 224 * 256);
    red_from_v = static_cast<float>((1 - kr) * chroma);
    blue_from_u = static_cast<float>((1 - kb) * chroma);
    green_from_u = static_cast<float>(-(1 - kb) * kb / kg * chroma);
    green_from_v = static_cast<float>(-(1 - kr) * kr / kg * chroma);
  }

  static std::pair<double, double> weights(Matrix matrix) {
    switch (matrix) {
      case Matrix::bt601:
        return {0.299, 0.114};
      case Matrix::bt2020:
        return {0.2627, 0.0593};
      default:
        return {0.2126, 0.0722};
    }
  }
};

/// One row on its way through the tone mapping. Arithmetic and table look-ups take turns, so that
/// the compiler can use vectors for the former.
class ToneRow {
 public:
  explicit ToneRow(int width)
      : width_(width), values_(static_cast<std::size_t>(width) * 3), steps_(values_.size()) {}

  void decode(const Channels& in, int y, const ColourModel& model, const Decoder& by) {
    const auto* first = reinterpret_cast<const std::uint16_t*>(in.first.row(y));
    const auto* second = reinterpret_cast<const std::uint16_t*>(in.second.row(y));
    const auto* third = reinterpret_cast<const std::uint16_t*>(in.third.row(y));
    std::int32_t* r = steps_.data();
    std::int32_t* g = r + width_;
    std::int32_t* b = g + width_;
    if (model.matrix == Matrix::rgb) {
      for (int x = 0; x < width_; ++x) {
        r[x] = ToneTables::step((static_cast<float>(first[x]) - by.offset) * by.luma);
        g[x] = ToneTables::step((static_cast<float>(second[x]) - by.offset) * by.luma);
        b[x] = ToneTables::step((static_cast<float>(third[x]) - by.offset) * by.luma);
      }
      return;
    }
    for (int x = 0; x < width_; ++x) {
      const float luma = (static_cast<float>(first[x]) - by.offset) * by.luma;
      const float u = static_cast<float>(second[x]) - 32768;
      const float v = static_cast<float>(third[x]) - 32768;
      r[x] = ToneTables::step(luma + by.red_from_v * v);
      g[x] = ToneTables::step(luma + by.green_from_u * u + by.green_from_v * v);
      b[x] = ToneTables::step(luma + by.blue_from_u * u);
    }
  }

  void to_light(const ToneTables& tables, bool system_gamma) {
    for (std::size_t i = 0; i < values_.size(); ++i) values_[i] = tables.light[at(i)];
    if (!system_gamma) return;
    float* r = values_.data();
    float* g = r + width_;
    float* b = g + width_;
    for (int x = 0; x < width_; ++x) {
      steps_[index(x)] =
          ToneTables::step(std::sqrt(0.2627F * r[x] + 0.6780F * g[x] + 0.0593F * b[x]));
    }
    for (int x = 0; x < width_; ++x) {
      const float factor = tables.system[at(index(x))];
      r[x] *= factor;
      g[x] *= factor;
      b[x] *= factor;
    }
  }

  void to_sdr(const ToneTables& tables, const Gamut& gamut) {
    float* r = values_.data();
    float* g = r + width_;
    float* b = g + width_;
    for (int x = 0; x < width_; ++x) {
      const Rgb light{r[x], g[x], b[x]};
      r[x] = mixed(gamut[0], light);
      g[x] = mixed(gamut[1], light);
      b[x] = mixed(gamut[2], light);
      steps_[index(x)] = ToneTables::step(std::sqrt(std::max(std::max(r[x], g[x]), b[x])));
    }
    for (int x = 0; x < width_; ++x) {
      const float gain = tables.gain[at(index(x))];
      r[x] *= gain;
      g[x] *= gain;
      b[x] *= gain;
    }
  }

  void write(const ToneTables& tables, std::uint8_t* bgr) {
    for (std::size_t i = 0; i < values_.size(); ++i) {
      steps_[i] = ToneTables::step(std::sqrt(values_[i]));
    }
    const std::size_t width = index(width_);
    for (std::size_t x = 0; x < width; ++x, bgr += 3) {
      bgr[0] = tables.code[at(x + 2 * width)];
      bgr[1] = tables.code[at(x + width)];
      bgr[2] = tables.code[at(x)];
    }
  }

 private:
  static float mixed(const Rgb& row, const Rgb& light) {
    return std::max(row.r * light.r + row.g * light.g + row.b * light.b, 0.0F);
  }
  static std::size_t index(int x) { return static_cast<std::size_t>(x); }
  std::size_t at(std::size_t i) const { return static_cast<std::size_t>(steps_[i]); }

  int width_;
  std::vector<float> values_;        ///< all red, then all green, then all blue
  std::vector<std::int32_t> steps_;  ///< where to look in a table
};

void tone_map(const Channels& in, const ColourModel& model, std::uint8_t* out) {
  const ToneTables& tables = tone_tables(model.transfer);
  const Gamut& gamut = gamut_of(model.primaries);
  const Decoder decoder(model);
  const Size size = in.first.size;
  ToneRow row(size.width);
  for (int y = 0; y < size.height; ++y) {
    row.decode(in, y, model, decoder);
    row.to_light(tables, model.transfer == Transfer::hlg);
    row.to_sdr(tables, gamut);
    row.write(tables, out + std::ptrdiff_t{3} * size.width * y);
  }
}

}  // namespace

ColourModel colour_of(const AVFrame& frame) {
  const AVPixFmtDescriptor* format = av_pix_fmt_desc_get(static_cast<AVPixelFormat>(frame.format));
  const bool rgb = format != nullptr && (format->flags & AV_PIX_FMT_FLAG_RGB) != 0;
  const bool grey = format != nullptr && format->nb_components < 3;
  ColourModel model;
  model.transfer = transfer_of(frame);
  model.primaries = primaries_of(frame);
  model.matrix = matrix_of(frame, rgb, model.transfer);
  model.full_range = is_full_range(frame, rgb, grey);
  return model;
}

Image to_bgr(const Channels& channels, const ColourModel& model) {
  return Image::make(channels.first.size, [&](std::uint8_t* out) {
    if (model.transfer != Transfer::sdr) {
      tone_map(channels, model, out);
    } else if (model.matrix == Matrix::rgb) {
      rgb_to_bgr(channels, out);
    } else {
      yuv_to_bgr(channels, model, out);
    }
  });
}

}  // namespace screenalytics
