// SPDX-License-Identifier: MIT
#include "video/upright.h"

#include "core/error.h"
#include "video/colour.h"
#include "video/frame_picture.h"

#include <algorithm>
#include <cmath>
#include <new>
#include <utility>

#include <libyuv.h>

extern "C" {
#include <libavutil/pixdesc.h>
#include <libswscale/swscale.h>
}

namespace screenalytics {
namespace {

int half(int value) { return (value + 1) / 2; }
int even(int value) { return value + value % 2; }

FramePtr make_420(Size picture) {
  FramePtr frame = make_frame();
  frame->format = AV_PIX_FMT_YUV420P;
  frame->width = even(picture.width);
  frame->height = even(picture.height);
  if (av_frame_get_buffer(frame.get(), 0) < 0) throw std::bad_alloc();
  return frame;
}

struct FreeScaler {
  void operator()(SwsContext* context) const { sws_freeContext(context); }
};
using ScalerPtr = std::unique_ptr<SwsContext, FreeScaler>;

ScalerPtr make_scaler(Size from, AVPixelFormat format, Size to) {
  ScalerPtr scaler(sws_getContext(from.width,
                                  from.height,
                                  format,
                                  to.width,
                                  to.height,
                                  AV_PIX_FMT_YUV420P,
                                  SWS_BICUBIC | SWS_ACCURATE_RND,
                                  nullptr,
                                  nullptr,
                                  nullptr));
  if (!scaler) throw Error(ErrorKind::bad_media, "a picture of the video cannot be converted");
  return scaler;
}

/// Turns clockwise, then mirrors.
void copy_turned(const PlaneView& from, PlaneSpan to, const PictureShape& shape) {
  libyuv::RotationMode mode = libyuv::kRotate0;
  if (shape.rotation == 90) mode = libyuv::kRotate90;
  if (shape.rotation == 180) mode = libyuv::kRotate180;
  if (shape.rotation == 270) mode = libyuv::kRotate270;
  const auto stride = static_cast<int>(from.stride);
  const auto to_stride = static_cast<int>(to.stride);
  libyuv::RotatePlane(
      from.data, stride, to.data, to_stride, from.size.width, from.size.height, mode);
  if (!shape.mirrored) return;
  for (int y = 0; y < to.size.height; ++y) std::reverse(to.row(y), to.row(y) + to.size.width);
}

/// By way of a BGR picture, which is upright and SDR.
FramePtr from_bgr(const Picture& picture) {
  const Size size = picture.size();
  const Image image = picture.window({0, 0, size.width, size.height}).image;
  FramePtr frame = make_420(size);
  const ScalerPtr scaler = make_scaler(size, AV_PIX_FMT_BGR24, size);
  const int* table = sws_getCoefficients(SWS_CS_ITU709);
  sws_setColorspaceDetails(scaler.get(), table, 1, table, 0, 0, 1 << 16, 1 << 16);
  const std::uint8_t* rows[] = {image.data()};
  const int strides[] = {static_cast<int>(image.stride())};
  sws_scale(scaler.get(), rows, strides, 0, size.height, frame->data, frame->linesize);
  frame->colorspace = AVCOL_SPC_BT709;
  frame->color_primaries = AVCOL_PRI_BT709;
  frame->color_trc = AVCOL_TRC_BT709;
  frame->color_range = AVCOL_RANGE_MPEG;
  return frame;
}

double red_weight(Matrix matrix) {
  return matrix == Matrix::bt601 ? 0.299 : matrix == Matrix::bt2020 ? 0.2627 : 0.2126;
}

double blue_weight(Matrix matrix) {
  return matrix == Matrix::bt601 ? 0.114 : matrix == Matrix::bt2020 ? 0.0593 : 0.0722;
}

void repeat_edges(const PlaneSpan& plane, Size padded) {
  for (int y = 0; y < plane.size.height; ++y) {
    std::uint8_t* row = plane.row(y);
    for (int x = plane.size.width; x < padded.width; ++x) row[x] = row[plane.size.width - 1];
  }
  for (int y = plane.size.height; y < padded.height; ++y)
    std::copy_n(plane.row(plane.size.height - 1), padded.width, plane.row(y));
}

}  // namespace

FramePtr FramePicture::upright() const {
  if (colour_.matrix == Matrix::rgb || working_bits(colour_) != 8) return nullptr;
  const Size stored = stored_size();
  const Size stored_half{half(stored.width), half(stored.height)};
  Planes planes = channels({0, 0, stored.width, stored.height}, 0);
  FramePtr frame = make_420(size());
  const Canvas out = canvas_of(*frame, size());
  copy_turned(resampled(std::move(planes[0]), stored, 8).view, out.luma, shape_);
  for (const auto& [plane, to] : {std::pair{1, out.blue}, std::pair{2, out.red}}) {
    Plane chroma =
        grey() ? Plane::even(stored_half, 8, 128)
               : resampled(std::move(planes[static_cast<std::size_t>(plane)]), stored_half, 8);
    copy_turned(chroma.view, to, shape_);
  }
  frame->colorspace = frame_->colorspace;
  frame->color_primaries = frame_->color_primaries;
  frame->color_trc = frame_->color_trc;
  frame->color_range = colour_.full_range ? AVCOL_RANGE_JPEG : AVCOL_RANGE_MPEG;
  if (shape_.rotation == 0) {
    frame->chroma_location = frame_->chroma_location;
    frame->interlaced_frame = frame_->interlaced_frame;
    frame->top_field_first = frame_->top_field_first;
  }
  return frame;
}

FramePtr upright_frame(const Picture& picture) {
  FramePtr frame;
  if (const auto* own = dynamic_cast<const FramePicture*>(&picture)) frame = own->upright();
  if (!frame) frame = from_bgr(picture);
  frame->sample_aspect_ratio = av_d2q(picture.pixel_aspect(), 10000);
  return frame;
}

Canvas canvas_of(const AVFrame& frame, Size picture) {
  const ColourModel colour = colour_of(frame);
  const Size small{half(picture.width), half(picture.height)};
  return {.luma = {frame.data[0], frame.linesize[0], picture},
          .blue = {frame.data[1], frame.linesize[1], small},
          .red = {frame.data[2], frame.linesize[2], small},
          .pixel_aspect = frame.sample_aspect_ratio.num > 0 ? av_q2d(frame.sample_aspect_ratio) : 1,
          .red_weight = red_weight(colour.matrix),
          .blue_weight = blue_weight(colour.matrix),
          .full_range = colour.full_range};
}

void pad_to_even(const AVFrame& frame, Size picture) {
  if (frame.width == picture.width && frame.height == picture.height) return;
  const Canvas canvas = canvas_of(frame, picture);
  repeat_edges(canvas.luma, {frame.width, frame.height});
}

FramePtr resized(const AVFrame& frame, Size size) {
  FramePtr out = make_420(size);
  if (av_frame_copy_props(out.get(), &frame) < 0) throw std::bad_alloc();
  const ScalerPtr scaler = make_scaler({frame.width, frame.height}, AV_PIX_FMT_YUV420P, size);
  sws_scale(scaler.get(), frame.data, frame.linesize, 0, frame.height, out->data, out->linesize);
  return out;
}

}  // namespace screenalytics
