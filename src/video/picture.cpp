// SPDX-License-Identifier: MIT
#include "video/picture.h"

#include "core/error.h"
#include "video/frame_picture.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <numbers>
#include <string>
#include <utility>

extern "C" {
#include <libavutil/display.h>
#include <libavutil/pixdesc.h>
#include <libswscale/swscale.h>
}

namespace screenalytics {
namespace {

constexpr std::uint64_t kForeignFlags = AV_PIX_FMT_FLAG_PAL | AV_PIX_FMT_FLAG_BITSTREAM |
                                        AV_PIX_FMT_FLAG_HWACCEL | AV_PIX_FMT_FLAG_BAYER |
                                        AV_PIX_FMT_FLAG_FLOAT;

const AVPixFmtDescriptor& descriptor(const AVFrame& frame) {
  const AVPixFmtDescriptor* format = av_pix_fmt_desc_get(static_cast<AVPixelFormat>(frame.format));
  if (format == nullptr || frame.width <= 0 || frame.height <= 0) {
    throw Error(ErrorKind::bad_media, "the decoder gave a picture without pixels");
  }
  return *format;
}

/// Can be used without conversion: 8 to 16 bits in the machine's byte order, each channel a plane
/// of its own (U and V may share one), chroma not coarser than 2 by 2.
bool is_native(const AVPixFmtDescriptor& format) {
  const auto endian = static_cast<std::uint64_t>(AV_NE(AV_PIX_FMT_FLAG_BE, 0));
  const AVComponentDescriptor& first = format.comp[0];
  const bool one_byte = first.depth + first.shift <= 8;
  if ((format.flags & kForeignFlags) != 0 || first.depth < 8) return false;
  if (!one_byte && (format.flags & AV_PIX_FMT_FLAG_BE) != endian) return false;
  if (format.nb_components == 1) return first.step == (one_byte ? 1 : 2);
  const bool chroma_halved = format.log2_chroma_w == 1 && format.log2_chroma_h <= 1;
  const bool chroma_full = format.log2_chroma_w == 0 && format.log2_chroma_h == 0;
  return format.nb_components >= 3 && (format.flags & AV_PIX_FMT_FLAG_PLANAR) != 0 &&
         (chroma_halved || chroma_full);
}

bool is_yuv(const AVPixFmtDescriptor& format) {
  return format.nb_components >= 3 && (format.flags & (AV_PIX_FMT_FLAG_RGB | kForeignFlags)) == 0 &&
         std::strncmp(format.name, "xyz", 3) != 0;
}

AVPixelFormat native_target(const AVPixFmtDescriptor& format) {
  const bool deep = format.comp[0].depth > 8;
  if (is_yuv(format)) return deep ? AV_PIX_FMT_YUV444P16 : AV_PIX_FMT_YUV444P;
  return deep ? AV_PIX_FMT_GBRP16 : AV_PIX_FMT_GBRP;
}

struct FreeScaler {
  void operator()(SwsContext* context) const { sws_freeContext(context); }
};

/// Formats that nothing else here reads, at their own size, YUV staying YUV with the same range.
FramePtr made_native(FramePtr frame) {
  const AVPixFmtDescriptor& format = descriptor(*frame);
  if (is_native(format)) return frame;
  const auto from = static_cast<AVPixelFormat>(frame->format);
  const AVPixelFormat target = native_target(format);
  const std::string refusal =
      std::string("pictures of pixel format '") + format.name + "' cannot be read";
  if (sws_isSupportedInput(from) == 0) throw Error(ErrorKind::bad_media, refusal);
  const ColourModel colour = colour_of(*frame);
  const std::unique_ptr<SwsContext, FreeScaler> scaler(
      sws_getContext(frame->width,
                     frame->height,
                     from,
                     frame->width,
                     frame->height,
                     target,
                     SWS_BICUBIC | SWS_ACCURATE_RND | SWS_FULL_CHR_H_INP,
                     nullptr,
                     nullptr,
                     nullptr));
  FramePtr out = make_frame();
  out->format = target;
  out->width = frame->width;
  out->height = frame->height;
  if (!scaler || av_frame_get_buffer(out.get(), 0) < 0 ||
      av_frame_copy_props(out.get(), frame.get()) < 0) {
    throw Error(ErrorKind::bad_media, refusal);
  }
  if (is_yuv(format)) {
    const int range = colour.full_range ? 1 : 0;
    const int* table = sws_getCoefficients(SWS_CS_DEFAULT);
    sws_setColorspaceDetails(scaler.get(), table, range, table, range, 0, 1 << 16, 1 << 16);
    out->color_range = colour.full_range ? AVCOL_RANGE_JPEG : AVCOL_RANGE_MPEG;
  } else {
    out->colorspace = AVCOL_SPC_RGB;
    out->color_range = AVCOL_RANGE_JPEG;
  }
  if (sws_scale(
          scaler.get(), frame->data, frame->linesize, 0, frame->height, out->data, out->linesize) !=
      frame->height) {
    throw Error(ErrorKind::bad_media, refusal);
  }
  return out;
}

int halved(int value, int shift) { return (value + (1 << shift) - 1) >> shift; }

/// The stored picture as it is to be shown.
Image shown(Image stored, const PictureShape& shape) {
  if (shape.rotation == 0 && !shape.mirrored) return stored;
  const Size from = stored.size();
  const bool turned = shape.rotation == 90 || shape.rotation == 270;
  const Size size = turned ? Size{from.height, from.width} : from;
  const auto stored_pixel = [&](int x, int y) {
    if (shape.mirrored) x = size.width - 1 - x;
    if (shape.rotation == 90) return std::pair{y, from.height - 1 - x};
    if (shape.rotation == 180) return std::pair{from.width - 1 - x, from.height - 1 - y};
    if (shape.rotation == 270) return std::pair{from.width - 1 - y, x};
    return std::pair{x, y};
  };
  const auto offset = [&](std::pair<int, int> pixel) {
    return static_cast<std::ptrdiff_t>(pixel.second) *
               static_cast<std::ptrdiff_t>(stored.stride()) +
           static_cast<std::ptrdiff_t>(pixel.first) * 3;
  };
  const std::ptrdiff_t step = offset(stored_pixel(1, 0)) - offset(stored_pixel(0, 0));
  return Image::make(size, [&](std::uint8_t* out) {
    for (int y = 0; y < size.height; ++y) {
      const std::uint8_t* pixel = stored.data() + offset(stored_pixel(0, y));
      for (int x = 0; x < size.width; ++x, out += 3) {
        out[0] = pixel[0];
        out[1] = pixel[1];
        out[2] = pixel[2];
        pixel += step;
      }
    }
  });
}

PlaneView inner(const Plane& plane, const Rect& around, const Rect& wanted) {
  return plane.view.part({wanted.left - around.left,
                          wanted.top - around.top,
                          wanted.right - around.left,
                          wanted.bottom - around.top});
}

/// Scaling merges the fields of an interlaced plane only when it shrinks the height enough.
Plane without_comb(Plane plane, int target_rows) {
  return plane.view.size.height >= 2 * target_rows ? fields_merged(plane.view)
                                                   : fields_blended(plane.view);
}

}  // namespace

FramePicture::FramePicture(FramePtr frame, const PictureShape& shape)
    : frame_(made_native(std::move(frame))), shape_(shape), colour_(colour_of(*frame_)) {
  const AVPixFmtDescriptor& format = descriptor(*frame_);
  chroma_shift_x_ = format.log2_chroma_w;
  chroma_shift_y_ = format.log2_chroma_h;
}

Size FramePicture::size() const {
  const Size stored = stored_size();
  return turned() ? Size{stored.height, stored.width} : stored;
}

double FramePicture::pixel_aspect() const {
  return turned() ? 1 / shape_.stored_pixel_aspect : shape_.stored_pixel_aspect;
}

bool FramePicture::grey() const { return descriptor(*frame_).nb_components < 3; }

/// U and V may alternate in one plane: then the view is that of the pairs.
PlaneView FramePicture::stored_plane(int component) const {
  const AVComponentDescriptor& where = descriptor(*frame_).comp[component];
  const Size stored = stored_size();
  const bool small = component > 0 && colour_.matrix != Matrix::rgb;
  return {frame_->data[where.plane],
          frame_->linesize[where.plane],
          small
              ? Size{halved(stored.width, chroma_shift_x_), halved(stored.height, chroma_shift_y_)}
              : stored,
          where.depth + where.shift};
}

Rect FramePicture::chroma_rect(const Rect& luma) const {
  return {luma.left >> chroma_shift_x_,
          luma.top >> chroma_shift_y_,
          halved(luma.right, chroma_shift_x_),
          halved(luma.bottom, chroma_shift_y_)};
}

FramePicture::Planes FramePicture::channels(const Rect& luma, int rows) const {
  const auto thinned = [rows](const PlaneView& view) {
    return rows > 0 ? view.every_row(view.size.height / rows) : view;
  };
  Planes planes;
  planes[0] = Plane::borrowed(thinned(stored_plane(0).part(luma)));
  if (grey()) return planes;
  const Rect chroma = chroma_rect(luma);
  const AVPixFmtDescriptor& format = descriptor(*frame_);
  PlaneView second = stored_plane(1);
  if (format.comp[1].plane != format.comp[2].plane) {
    planes[1] = Plane::borrowed(thinned(second.part(chroma)));
    planes[2] = Plane::borrowed(thinned(stored_plane(2).part(chroma)));
    return planes;
  }
  PlaneView pairs = second.part({2 * chroma.left, chroma.top, 2 * chroma.right, chroma.bottom});
  pairs.size.width = chroma.width();
  std::tie(planes[1], planes[2]) = split(thinned(pairs));
  if (format.comp[1].offset > format.comp[2].offset) std::swap(planes[1], planes[2]);
  return planes;
}

Image FramePicture::converted(const Planes& planes) const {
  const Size size = planes[0].view.size;
  if (!grey()) {
    return shown(to_bgr({planes[0].view, planes[1].view, planes[2].view}, colour_), shape_);
  }
  const int bits = working_bits(colour_);
  const Plane neutral = Plane::even(size, bits, 1 << (bits - 1));
  return shown(to_bgr({planes[0].view, neutral.view, neutral.view}, colour_), shape_);
}

Image FramePicture::scaled(Size wanted) const {
  if (wanted.width <= 0 || wanted.height <= 0) return {};
  const Size target = turned() ? Size{wanted.height, wanted.width} : wanted;
  const Size stored = stored_size();
  Planes planes = channels({0, 0, stored.width, stored.height}, 0);
  for (Plane& plane : planes) {
    if (plane.view.data == nullptr) continue;
    if (frame_->interlaced_frame != 0) plane = without_comb(std::move(plane), target.height);
    plane = resampled(std::move(plane), target, working_bits(colour_));
  }
  return converted(planes);
}

Image FramePicture::coarse(Size wanted) const {
  constexpr int kRowsForOne = 8;
  const Size target = turned() ? Size{wanted.height, wanted.width} : wanted;
  const Size stored = stored_size();
  Planes planes = channels({0, 0, stored.width, stored.height}, target.height * kRowsForOne);
  for (Plane& plane : planes) {
    if (plane.view.data == nullptr) continue;
    plane = resampled(std::move(plane), target, working_bits(colour_));
  }
  return converted(planes);
}

Rect FramePicture::stored_rect(const Rect& place) const {
  const Size stored = stored_size();
  Rect at = place;
  if (shape_.mirrored) {
    at.left = size().width - place.right;
    at.right = size().width - place.left;
  }
  switch (shape_.rotation) {
    case 90:
      return {at.top, stored.height - at.right, at.bottom, stored.height - at.left};
    case 180:
      return {stored.width - at.right,
              stored.height - at.bottom,
              stored.width - at.left,
              stored.height - at.top};
    case 270:
      return {stored.width - at.bottom, at.left, stored.width - at.top, at.right};
    default:
      return at;
  }
}

Window FramePicture::window(const Rect& wanted) const {
  const Size all = size();
  const Rect place{std::max(wanted.left, 0),
                   std::max(wanted.top, 0),
                   std::min(wanted.right, all.width),
                   std::min(wanted.bottom, all.height)};
  if (place.width() <= 0 || place.height() <= 0) return {};
  const Rect inside = stored_rect(place);
  // Two chroma samples more on each side, for the filters.
  const Size stored = stored_size();
  const int margin_x = 2 << chroma_shift_x_;
  const int margin_y = 2 << chroma_shift_y_;
  const auto aligned = [](int value, int shift) { return (value >> shift) << shift; };
  const Rect around{aligned(std::max(inside.left - margin_x, 0), chroma_shift_x_),
                    aligned(std::max(inside.top - margin_y, 0), chroma_shift_y_),
                    std::min(aligned(inside.right + margin_x, chroma_shift_x_), stored.width),
                    std::min(aligned(inside.bottom + margin_y, chroma_shift_y_), stored.height)};
  Planes planes = channels(around, 0);
  const int bits = working_bits(colour_);
  for (Plane& plane : planes) {
    if (plane.view.data == nullptr) continue;
    if (frame_->interlaced_frame != 0) plane = fields_blended(plane.view);
    const bool small = plane.view.size != Size{around.width(), around.height()};
    const Size full = small ? Size{plane.view.size.width << chroma_shift_x_,
                                   plane.view.size.height << chroma_shift_y_}
                            : plane.view.size;
    plane = resampled(std::move(plane), full, bits);
    plane.view = inner(plane, around, inside);
  }
  return {converted(planes), place};
}

PictureShape shape_from(const std::uint8_t* display_matrix, AVRational aspect) {
  PictureShape shape;
  if (aspect.num > 0 && aspect.den > 0) shape.stored_pixel_aspect = av_q2d(aspect);
  if (display_matrix == nullptr) return shape;
  // x' = m0 x + m3 y, y' = m1 x + m4 y, with y downwards.
  std::array<std::int32_t, 9> m{};
  std::memcpy(m.data(), display_matrix, sizeof m);
  const double determinant = double{1} * m[0] * m[4] - double{1} * m[1] * m[3];
  if (determinant == 0) return shape;
  shape.mirrored = determinant < 0;
  const double across = shape.mirrored ? -1.0 * m[0] : m[0];
  const double quarters = std::atan2(double{1} * m[1], across) * 2 / std::numbers::pi;
  shape.rotation = ((static_cast<int>(std::lround(quarters)) % 4 + 4) % 4) * 90;
  return shape;
}

PictureShape shape_of(const AVStream& stream) {
  AVRational aspect = stream.sample_aspect_ratio;
  if (aspect.num <= 0 || aspect.den <= 0) aspect = stream.codecpar->sample_aspect_ratio;
  std::size_t bytes = 0;
  const std::uint8_t* matrix = av_stream_get_side_data(&stream, AV_PKT_DATA_DISPLAYMATRIX, &bytes);
  return shape_from(bytes >= 9 * sizeof(std::int32_t) ? matrix : nullptr, aspect);
}

std::shared_ptr<const Picture> make_picture(FramePtr frame, const PictureShape& shape) {
  return std::make_shared<const FramePicture>(std::move(frame), shape);
}

}  // namespace screenalytics
