// SPDX-License-Identifier: MIT
#pragma once

#include "core/face.h"
#include "core/frame.h"
#include "infer/model.h"

#include <memory>
#include <optional>
#include <span>
#include <vector>

namespace screenalytics {

/// Aligned crops -> embeddings. Const calls are safe from several threads; one core per call.
class FaceEmbedder {
 public:
  virtual ~FaceEmbedder() = default;
  virtual int dimension() const = 0;
  /// One model call for the whole span; [i] belongs to crops[i], empty for a zero vector.
  virtual std::vector<std::optional<Embedding>> embed(std::span<const Image> crops) const = 0;
};

/// ArcFace-style ONNX model, 112x112 in, one vector out. Throws Error{bad_model} when shapes do not
/// fit or the batch axis is fixed. The model must outlive the embedder.
std::unique_ptr<FaceEmbedder> make_embedder(const Model& model,
                                            const PixelFormat& pixels,
                                            int dimension);

}  // namespace screenalytics
