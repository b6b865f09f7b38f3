// SPDX-License-Identifier: MIT
#include "run/loaded_models.h"

#include "core/error.h"

namespace screenalytics {
namespace {

std::unique_ptr<Model> load_checked(const ModelPack& pack,
                                    const ModelCard& card,
                                    const Settings& settings) {
  check_file(pack, card);
  return std::make_unique<Model>(pack.path(card), settings.device, settings.cpu.library_threads);
}

}  // namespace

LoadedModels load_models(const Settings& settings) {
  LoadedModels models;
  const auto folder = settings.models / settings.pack;
  if (!std::filesystem::exists(folder / "models.json")) {
    throw Error(ErrorKind::not_found,
                "model pack '" + settings.pack + "' is not installed in '" +
                    settings.models.string() + "': run 'screenalytics models install" +
                    (settings.pack == "default" ? "'" : " FOLDER' with the folder of your models"));
  }
  models.pack = read_pack(folder);
  const ModelCard& detector = models.detector_card();
  const ModelCard& embedder = models.embedder_card();
  models.detector_model = load_checked(models.pack, detector, settings);
  models.embedder_model = load_checked(models.pack, embedder, settings);
  models.detector =
      make_detector(detector.family, *models.detector_model, detector.pixels, settings.detect);
  models.embedder = make_embedder(*models.embedder_model, embedder.pixels, embedder.dimension);
  return models;
}

Json describe_models(const LoadedModels& models) {
  Json list = Json::array();
  for (const ModelCard& card : models.pack.models) {
    list.push_back({{"name", card.name},
                    {"role", card.role},
                    {"family", card.family},
                    {"file", card.file},
                    {"sha256", card.sha256},
                    {"source_sha256", card.source_sha256},
                    {"fingerprint", card.fingerprint()},
                    {"thresholds", card.thresholds},
                    {"licence", card.licence},
                    {"terms", card.terms},
                    {"origin", card.origin}});
  }
  return list;
}

}  // namespace screenalytics
