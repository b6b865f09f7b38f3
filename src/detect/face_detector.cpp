// SPDX-License-Identifier: MIT
#include "detect/face_detector.h"

#include "core/error.h"
#include "detect/outputs.h"
#include "detect/retinaface.h"
#include "detect/scrfd.h"
#include "detect/suppress.h"
#include "detect/yunet.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstring>
#include <string_view>
#include <utility>

namespace screenalytics {
namespace {

constexpr int kMultiple = 32;  // the coarsest stride that all families share

struct Family {
  std::string_view name;
  /// Places of the decoder's outputs among the model's.
  std::vector<std::size_t> (*order)(std::span<const TensorInfo> outputs);
  Detections (*decode)(std::span<const Tensor> outputs,
                       const NetworkInput& input,
                       std::size_t image,
                       double min_score);
};

constexpr std::array<Family, 3> kFamilies{{{"retinaface", retinaface_order, decode_retinaface},
                                           {"scrfd", scrfd_order, decode_scrfd},
                                           {"yunet", yunet_order, decode_yunet}}};

/// What the model's input axes allow.
struct InputAxes {
  bool free_batch = false;
  Size size;  ///< 0 where the model leaves a side free
};

InputAxes input_axes(const Model& model) {
  const std::vector<TensorInfo>& inputs = model.inputs();
  if (inputs.size() != 1 || inputs[0].shape.size() != 4 ||
      (inputs[0].shape[1] != 3 && inputs[0].shape[1] >= 0) || inputs[0].shape[0] > 1) {
    throw Error(ErrorKind::bad_model,
                "a detector takes one input [N, 3, H, W] with N free or 1, this model takes " +
                    describe(inputs) + "; use another export of it");
  }
  const std::vector<std::int64_t>& shape = inputs[0].shape;
  const auto fixed = [](std::int64_t side) {
    return static_cast<int>(std::max<std::int64_t>(side, 0));
  };
  return {shape[0] != 1, {fixed(shape[3]), fixed(shape[2])}};
}

/// The image in the top left corner of a black one, so that coordinates stay.
Image padded(const Image& image, Size size) {
  return Image::make(size, [&](std::uint8_t* pixels) {
    const std::size_t stride = static_cast<std::size_t>(size.width) * 3;
    for (int y = 0; y < image.size().height; ++y) {
      const auto row = image.row(y);
      std::memcpy(pixels + static_cast<std::size_t>(y) * stride, row.data(), row.size());
    }
  });
}

class NetworkDetector final : public FaceDetector {
 public:
  NetworkDetector(const Family& family,
                  const Model& model,
                  const PixelFormat& pixels,
                  const DetectOptions& options)
      : family_(family),
        model_(model),
        pixels_(pixels),
        options_(options),
        input_(input_axes(model)),
        batches_(input_.free_batch && keeps_batch_axis(model.outputs()) && model.device() != "cpu"),
        order_(family.order(model.outputs())) {}

  std::vector<Detections> detect(std::span<const Image> images) const override {
    if (images.empty()) return {};
    const std::vector<Image> fitted = fit(images);
    if (batches_) return detect_batch(fitted);
    std::vector<Detections> found;
    found.reserve(fitted.size());
    for (const Image& image : fitted) found.push_back(std::move(detect_batch({&image, 1})[0]));
    return found;
  }

 private:
  std::vector<Image> fit(std::span<const Image> images) const {
    const Size given = images[0].size();
    if (images[0].empty() ||
        !std::ranges::all_of(images, [&](const Image& image) { return image.size() == given; })) {
      throw Error(ErrorKind::internal,
                  "detect was given images that are empty or of several sizes");
    }
    const Size wanted{input_.size.width > 0 ? input_.size.width : given.width,
                      input_.size.height > 0 ? input_.size.height : given.height};
    std::vector<Image> fitted(images.begin(), images.end());
    if (wanted == given) return fitted;
    if (wanted.width < given.width || wanted.height < given.height) {
      throw Error(ErrorKind::bad_usage,
                  "the detector model takes pictures of " + std::to_string(wanted.width) + "x" +
                      std::to_string(wanted.height) + " only, got " + std::to_string(given.width) +
                      "x" + std::to_string(given.height) +
                      "; choose a smaller detector input (long side)");
    }
    for (Image& image : fitted) image = padded(image, wanted);
    return fitted;
  }

  std::vector<Detections> detect_batch(std::span<const Image> images) const {
    std::vector<Tensor> raw = model_.run(to_tensor(images, pixels_));
    std::vector<Tensor> outputs;
    outputs.reserve(order_.size());
    for (const std::size_t place : order_) outputs.push_back(std::move(raw.at(place)));
    const NetworkInput input{images.size(), images[0].size()};
    std::vector<Detections> found;
    found.reserve(images.size());
    for (std::size_t i = 0; i < images.size(); ++i) {
      found.push_back(
          suppress(family_.decode(outputs, input, i, options_.min_score), options_.max_overlap));
    }
    return found;
  }

  const Family& family_;
  const Model& model_;
  PixelFormat pixels_;
  DetectOptions options_;
  InputAxes input_;
  /// One call for all images. Not on a CPU, where a picture in a batch of 8 was measured to cost 4
  /// to 10 % more than alone.
  bool batches_;
  std::vector<std::size_t> order_;
};

int nearest_multiple(double side) {
  return std::max(1, static_cast<int>(std::floor(side / kMultiple + 0.5))) * kMultiple;
}

}  // namespace

Size input_size(Size picture, double pixel_aspect, const DetectOptions& options) {
  const double aspect = std::isfinite(pixel_aspect) && pixel_aspect > 0 ? pixel_aspect : 1;
  const double width = std::max(1, picture.width) * aspect;
  const double height = std::max(1, picture.height);
  const double own = std::max(width, height);
  const int most = std::max(1, options.long_side / kMultiple) * kMultiple;
  const int long_side = own < most ? nearest_multiple(own) : most;
  const int short_side = nearest_multiple(long_side * std::min(width, height) / own);
  return width >= height ? Size{long_side, short_side} : Size{short_side, long_side};
}

std::unique_ptr<FaceDetector> make_detector(const std::string& family,
                                            const Model& model,
                                            const PixelFormat& pixels,
                                            const DetectOptions& options) {
  const auto known = std::ranges::find(kFamilies, family, &Family::name);
  if (known == kFamilies.end()) {
    throw Error(ErrorKind::bad_model,
                "unknown detector family '" + family +
                    "' in models.json; known are retinaface, scrfd and yunet");
  }
  return std::make_unique<NetworkDetector>(*known, model, pixels, options);
}

Detections to_source(const Detections& found,
                     Size input,
                     Size picture,
                     const DetectOptions& options) {
  const double x = static_cast<double>(picture.width) / input.width;
  const double y = static_cast<double>(picture.height) / input.height;
  Detections result;
  for (const Detection& face : found) {
    const Box box = scaled(face.box, x, y);
    if (!is_valid(box)) continue;
    if (std::min(box.width(), box.height()) < static_cast<float>(options.min_face)) continue;
    Detection moved{box, std::nullopt, face.score};
    if (face.landmarks) moved.landmarks = scaled(*face.landmarks, x, y);
    result.push_back(moved);
  }
  return result;
}

}  // namespace screenalytics
