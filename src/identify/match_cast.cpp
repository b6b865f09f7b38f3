// SPDX-License-Identifier: MIT
#include "identify/match_cast.h"

#include "core/error.h"

#include <map>

namespace screenalytics {
namespace {

/// Best similarity of each person, in the order of their ids: the order of the seeds changes
/// nothing.
std::map<std::string, double> best_of_each(const Embedding& face, std::span<const Seed> seeds) {
  std::map<std::string, double> best;
  for (const Seed& seed : seeds) {
    if (seed.embedding.values().size() != face.values().size()) {
      throw Error(ErrorKind::bad_data,
                  "facebank: a seed of '" + seed.cast_id + "' has " +
                      std::to_string(seed.embedding.values().size()) +
                      " numbers and the face has " + std::to_string(face.values().size()) +
                      ": they come from different models; run 'screenalytics facebank verify'");
    }
    const double similarity = face.similarity(seed.embedding);
    const auto [entry, added] = best.try_emplace(seed.cast_id, similarity);
    if (!added && similarity > entry->second) entry->second = similarity;
  }
  return best;
}

}  // namespace

std::optional<CastMatch> match_cast(const Embedding& face,
                                    std::span<const Seed> seeds,
                                    const MatchOptions& options) {
  std::optional<CastMatch> first;
  std::optional<double> second;
  for (const auto& [cast_id, similarity] : best_of_each(face, seeds)) {
    if (!first || similarity > first->similarity) {
      if (first) second = first->similarity;
      first = CastMatch{cast_id, similarity};
    } else if (!second || similarity > *second) {
      second = similarity;
    }
  }
  if (!first || !(first->similarity >= options.min_similarity)) return std::nullopt;
  // Equally near means unknown, even where no lead is asked for.
  if (second && (*second >= first->similarity || first->similarity - *second < options.min_lead)) {
    return std::nullopt;
  }
  return first;
}

}  // namespace screenalytics
