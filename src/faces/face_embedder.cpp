// SPDX-License-Identifier: MIT
#include "faces/face_embedder.h"

#include "core/error.h"
#include "faces/align_face.h"

#include <string>

namespace screenalytics {
namespace {

using Shape = std::vector<std::int64_t>;

constexpr std::int64_t kFree = -1;

std::string text_of(const Shape& shape) {
  std::string text;
  for (const std::int64_t axis : shape) {
    text += (text.empty() ? "" : "x") + (axis < 0 ? std::string("?") : std::to_string(axis));
  }
  return text.empty() ? "nothing" : text;
}

bool fits(const Shape& shape, const Shape& wanted) {
  if (shape.size() != wanted.size()) return false;
  for (std::size_t i = 0; i < shape.size(); ++i) {
    if (shape[i] >= 0 && shape[i] != wanted[i]) return false;
  }
  return true;
}

void check_input(const Model& model) {
  if (model.inputs().size() != 1 || model.inputs()[0].shape.size() != 4) {
    throw Error(
        ErrorKind::bad_model,
        "embedder: the model must have one input Nx3x112x112; choose another embedder pack");
  }
  const Shape& shape = model.inputs()[0].shape;
  if (shape[0] >= 0) {
    throw Error(
        ErrorKind::bad_model,
        "embedder: the batch axis of input '" + model.inputs()[0].name + "' is fixed at " +
            std::to_string(shape[0]) +
            ", so faces cannot be embedded in batches; install the pack again to have it freed");
  }
  if (!fits(shape, {kFree, 3, kCropSide, kCropSide})) {
    throw Error(ErrorKind::bad_model,
                "embedder: input '" + model.inputs()[0].name + "' is " + text_of(shape) +
                    ", not Nx3x112x112; choose another embedder pack");
  }
}

void check_output(const Model& model, int dimension) {
  if (model.outputs().empty()) {
    throw Error(ErrorKind::bad_model, "embedder: the model has no output; install the pack again");
  }
  const Shape& shape = model.outputs()[0].shape;
  // Some exporters leave the output's shape unknown: the first run shows it.
  if (shape.empty() || (shape.size() >= 2 && shape.back() < 0)) return;
  if (shape.size() < 2 || shape.back() != dimension) {
    throw Error(ErrorKind::bad_model,
                "embedder: output '" + model.outputs()[0].name + "' is " + text_of(shape) +
                    ", but the pack says " + std::to_string(dimension) +
                    " numbers a face; install the pack again");
  }
}

class OnnxEmbedder final : public FaceEmbedder {
 public:
  OnnxEmbedder(const Model& model, const PixelFormat& pixels, int dimension)
      : model_(model), pixels_(pixels), dimension_(dimension) {
    check_input(model_);
    check_output(model_, dimension_);
  }

  int dimension() const override { return dimension_; }

  std::vector<std::optional<Embedding>> embed(std::span<const Image> crops) const override {
    std::vector<std::optional<Embedding>> embeddings;
    if (crops.empty()) return embeddings;
    for (const Image& crop : crops) {
      if (crop.size() != Size{kCropSide, kCropSide}) {
        throw Error(ErrorKind::internal, "embedder: a crop is not 112x112; report this as a fault");
      }
    }
    const std::vector<Tensor> outputs = model_.run(to_tensor(crops, pixels_));
    const auto length = static_cast<std::size_t>(dimension_);
    if (outputs.empty() || outputs[0].values.size() != crops.size() * length) {
      throw Error(ErrorKind::bad_model,
                  "embedder: the model gave " +
                      (outputs.empty() ? "nothing" : text_of(outputs[0].shape)) + " for " +
                      std::to_string(crops.size()) + " faces of " + std::to_string(dimension_) +
                      " numbers; install the pack again");
    }
    embeddings.reserve(crops.size());
    for (auto from = outputs[0].values.begin(); from != outputs[0].values.end();
         from += dimension_) {
      embeddings.push_back(Embedding::normalised({from, from + dimension_}));
    }
    return embeddings;
  }

 private:
  const Model& model_;
  PixelFormat pixels_;
  int dimension_;
};

}  // namespace

std::unique_ptr<FaceEmbedder> make_embedder(const Model& model,
                                            const PixelFormat& pixels,
                                            int dimension) {
  if (dimension <= 0) {
    throw Error(ErrorKind::bad_model,
                "embedder: the pack gives no dimension; install the pack again");
  }
  return std::make_unique<OnnxEmbedder>(model, pixels, dimension);
}

}  // namespace screenalytics
