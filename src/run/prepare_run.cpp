// SPDX-License-Identifier: MIT
#include "run/prepare_run.h"

#include "files/sha256.h"
#include "run/facebank_run.h"

#include <future>

namespace screenalytics {

PreparedRun prepare_run(const Settings& settings, const RunContext& context) {
  context.progress.phase("index", 0, "bytes");
  auto models = std::async(std::launch::async, [&] {
    const auto permit = context.budget.acquire(context.stop, Stage::start);
    return load_models(settings);
  });
  PreparedRun run;
  {
    auto permit = context.budget.acquire(context.stop, Stage::index);
    run.index =
        index_video(settings.video, context.stop, [&](std::uint64_t done, std::uint64_t total) {
          context.progress.set_total(static_cast<std::int64_t>(total));
          context.progress.set(static_cast<std::int64_t>(done));
        });
    permit.enter(Stage::hash);
    run.sha256 = sha256_of_file(settings.video);
  }
  run.models = models.get();
  for (const std::string& note : run.index.info.notes) context.progress.warn(note);
  return run;
}

std::vector<Seed> load_seeds(const Settings& settings,
                             const LoadedModels& models,
                             const RunContext& context) {
  std::vector<Seed> seeds;
  if (settings.show.empty()) return seeds;
  auto permit = context.budget.acquire(context.stop, Stage::start);
  for (const CastMember& member : current_members(settings, models, context.progress, permit)) {
    for (const SeedPhoto& photo : member.seeds) seeds.push_back({member.cast_id, photo.embedding});
  }
  if (seeds.empty())
    context.progress.warn("facebank of show '" + settings.show +
                          "' has no seeds: no face will be named");
  return seeds;
}

}  // namespace screenalytics
