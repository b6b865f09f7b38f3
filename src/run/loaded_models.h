// SPDX-License-Identifier: MIT
#pragma once

#include "detect/face_detector.h"
#include "faces/face_embedder.h"
#include "infer/model.h"
#include "models/model_pack.h"
#include "run/settings.h"

#include <memory>

namespace screenalytics {

/// The models of a pack, checked (sha256, shapes) and ready. Const use is safe from several
/// threads.
struct LoadedModels {
  ModelPack pack;
  std::unique_ptr<Model> detector_model;
  std::unique_ptr<Model> embedder_model;
  std::unique_ptr<FaceDetector> detector;
  std::unique_ptr<FaceEmbedder> embedder;
  const ModelCard& detector_card() const { return pack.card("detector"); }
  const ModelCard& embedder_card() const { return pack.card("embedder"); }
};

/// Throws Error{not_found} that says how to install when the pack is not there, Error{bad_model}
/// when it is damaged.
LoadedModels load_models(const Settings& settings);

/// Name, sha256, licence of each model, for the manifest.
Json describe_models(const LoadedModels& models);

}  // namespace screenalytics
