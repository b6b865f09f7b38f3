// SPDX-License-Identifier: MIT
#include "run/facebank_run.h"

#include "core/error.h"
#include "files/sha256.h"
#include "run/cut_face.h"
#include "run/worker_pool.h"
#include "video/photo.h"

#include <future>
#include <utility>

namespace screenalytics {
namespace {

constexpr std::size_t kSeedIdDigits = 16;

Detection only_face(const std::filesystem::path& photo,
                    const Picture& picture,
                    const LoadedModels& models,
                    const Settings& settings) {
  const Size input = input_size(picture.size(), picture.pixel_aspect(), settings.detect);
  const Image small = picture.scaled(input);
  const auto found = models.detector->detect({&small, 1});
  const Detections faces = to_source(found.front(), input, picture.size(), settings.detect);
  if (faces.empty()) {
    throw Error(ErrorKind::bad_media,
                "no face was found in '" + photo.string() +
                    "': use a photo that shows the face larger and from the front");
  }
  if (faces.size() > 1) {
    throw Error(ErrorKind::bad_media,
                std::to_string(faces.size()) + " faces were found in '" + photo.string() +
                    "': cut the photo so that it shows one person only");
  }
  return faces.front();
}

std::optional<std::string> check_seed(const Facebank& bank,
                                      const CastMember& member,
                                      const SeedPhoto& seed,
                                      const std::string& fingerprint) {
  const std::string name = "seed " + seed.seed_id + " of '" + member.cast_id + "'";
  const auto photo = bank.photo_path(member.cast_id, seed);
  if (!std::filesystem::exists(photo))
    return name + ": its photo '" + photo.string() + "' is missing";
  if (!sha256_of_file(photo).starts_with(seed.seed_id))
    return name + ": its photo '" + photo.string() + "' has changed";
  if (seed.fingerprint != fingerprint)
    return name + ": made with another model (it is embedded again at the next use)";
  return std::nullopt;
}

}  // namespace

SeedPhoto make_seed(const std::filesystem::path& photo,
                    const LoadedModels& models,
                    const Settings& settings,
                    CpuBudget::Permit& permit) {
  permit.enter(Stage::decode);
  const auto picture = read_photo(photo);
  permit.enter(Stage::detect);
  const Detection face = only_face(photo, *picture, models, settings);
  permit.enter(Stage::crop);
  if (const auto skip =
          check_geometry(face, picture->size(), picture->pixel_aspect(), settings.gates)) {
    throw Error(ErrorKind::bad_media,
                "the face in '" + photo.string() + "' cannot be used (" + to_text(*skip) +
                    "): use another photo");
  }
  const CutFace cut = cut_face(*picture, face, settings);
  if (!cut.crop)
    throw Error(
        ErrorKind::bad_media,
        "the face in '" + photo.string() + "' lies outside of the picture: use another photo");
  permit.enter(Stage::embed);
  auto embedding = models.embedder->embed({&*cut.crop, 1});
  if (!embedding.front())
    throw Error(ErrorKind::bad_media,
                "the face in '" + photo.string() + "' gives no embedding: use another photo");
  permit.enter(Stage::hash);
  return {.seed_id = sha256_of_file(photo).substr(0, kSeedIdDigits),
          .photo = {},
          .fingerprint = models.embedder_card().fingerprint(),
          .score = face.score,
          .size = cut.quality.size,
          .embedding = std::move(*embedding.front())};
}

SeedReport add_seeds(const Settings& settings,
                     const std::string& cast_id,
                     const std::string& name,
                     const std::vector<std::filesystem::path>& photos,
                     const RunContext& context) {
  Facebank bank(settings.data, settings.show);
  const LoadedModels models = [&] {
    const auto permit = context.budget.acquire(context.stop, Stage::start);
    return load_models(settings);
  }();
  std::vector<std::future<SeedPhoto>> seeds;
  seeds.reserve(photos.size());
  WorkerPool pool(context.budget.cores());
  for (const auto& photo : photos) {
    seeds.push_back(pool.submit([&context, &models, &settings, &photo] {
      auto permit = context.budget.acquire(context.stop, Stage::decode);
      return make_seed(photo, models, settings, permit);
    }));
  }
  context.progress.expect_no_more_threads();
  SeedReport report;
  for (std::size_t i = 0; i < photos.size(); ++i) {
    try {
      SeedPhoto seed = seeds[i].get();
      const auto permit = context.budget.acquire(context.stop, Stage::write);
      bank.add(cast_id, name, photos[i], std::move(seed));
      ++report.added;
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::bad_media && error.kind() != ErrorKind::not_found) throw;
      report.refused.emplace_back(error.what());
    }
  }
  return report;
}

std::vector<CastMember> current_members(const Settings& settings,
                                        const LoadedModels& models,
                                        Progress& progress,
                                        CpuBudget::Permit& permit) {
  Facebank bank(settings.data, settings.show);
  const std::string fingerprint = models.embedder_card().fingerprint();
  auto members = bank.members();
  for (CastMember& member : members) {
    std::vector<SeedPhoto> seeds;
    std::vector<SeedPhoto> unusable;
    int again = 0;
    for (SeedPhoto& seed : member.seeds) {
      if (seed.fingerprint == fingerprint) {
        seeds.push_back(std::move(seed));
        continue;
      }
      try {
        SeedPhoto fresh =
            make_seed(bank.photo_path(member.cast_id, seed), models, settings, permit);
        fresh.seed_id = seed.seed_id;
        fresh.photo = seed.photo;
        seeds.push_back(std::move(fresh));
        ++again;
      } catch (const Error& error) {
        progress.warn("seed of '" + member.cast_id + "' left out: " + error.what());
        unusable.push_back(std::move(seed));
      }
    }
    member.seeds = std::move(seeds);
    if (again == 0) continue;
    CastMember stored = member;
    stored.seeds.insert(stored.seeds.end(), unusable.begin(), unusable.end());
    bank.update(stored);
    progress.warn(std::to_string(again) + " seed(s) of '" + member.cast_id +
                  "' were made with another model and were embedded again from their photos");
  }
  return members;
}

std::vector<std::string> verify_facebank(const Facebank& bank,
                                         const std::string& fingerprint,
                                         const MatchOptions& options) {
  std::vector<std::string> faults;
  std::vector<Seed> comparable;
  const auto members = bank.members();
  for (const CastMember& member : members) {
    for (const SeedPhoto& seed : member.seeds) {
      if (seed.fingerprint == fingerprint) comparable.push_back({member.cast_id, seed.embedding});
      if (auto fault = check_seed(bank, member, seed, fingerprint))
        faults.push_back(std::move(*fault));
    }
  }
  for (std::size_t i = 0; i < comparable.size(); ++i) {
    for (std::size_t k = i + 1; k < comparable.size(); ++k) {
      const double similarity = comparable[i].embedding.similarity(comparable[k].embedding);
      if (comparable[i].cast_id == comparable[k].cast_id || similarity < options.min_similarity)
        continue;
      faults.push_back("seeds of '" + comparable[i].cast_id + "' and '" + comparable[k].cast_id +
                       "' look alike (cosine " + std::to_string(similarity).substr(0, 4) +
                       "): is one photo in the wrong place?");
    }
  }
  return faults;
}

}  // namespace screenalytics
