// SPDX-License-Identifier: MIT
#include "identify/track_facts.h"

#include <algorithm>
#include <map>
#include <set>

namespace screenalytics {
namespace {

/// The best that any look offers, each by itself: a voice is weak only where no look is good.
struct BestLooks {
  double size = 0;
  double blur = 0;
  double confidence = 0;
  double quality = 0;
  bool measured = false;
};

BestLooks best_looks(const Track& track) {
  BestLooks best;
  for (const Sighting& look : track.sightings) {
    best.confidence = std::max(best.confidence, double{look.detection.score});
    if (!look.measured) continue;
    best.measured = true;
    best.size = std::max(best.size, double{look.quality.size});
    best.blur = std::max(best.blur, double{look.quality.blur});
    best.quality = std::max(best.quality, double{look.quality.total});
  }
  return best;
}

std::string doubt_about(const BestLooks& best,
                        const KeptFaces& faces,
                        const VoiceOptions& options) {
  if (best.confidence < options.min_confidence) return "not_a_face";
  if (best.measured && best.size < options.min_size) return "too_small";
  if (best.measured && best.blur < options.min_blur) return "blurry";
  const auto agreeing = static_cast<double>(faces.agreeing);
  if (!faces.coherent && agreeing < options.min_agreement * static_cast<double>(faces.kept))
    return "incoherent";
  return {};
}

/// Both as positions in the list of tracks.
struct Look {
  std::size_t track;
  Box box;
};

bool lives_around_a_cut(const Track& track, std::span<const MediaTime> cuts, Duration transition) {
  const MediaTime first = track.sightings.front().time, last = track.sightings.back().time;
  return std::ranges::any_of(
      cuts, [&](MediaTime cut) { return cut - transition <= first && last <= cut + transition; });
}

}  // namespace

TrackFacts facts_of(const Track& track,
                    const KeptFaces& faces,
                    std::optional<Embedding> embedding,
                    const VoiceOptions& options) {
  const BestLooks best = best_looks(track);
  TrackFacts facts{.id = track.id,
                   .seen = {track.sightings.front().time, track.sightings.back().time},
                   .faces = faces.kept,
                   .embedding = std::move(embedding),
                   .quality = best.quality,
                   .coherent = faces.coherent,
                   .doubt = doubt_about(best, faces, options)};
  facts.voice = facts.doubt.empty() ? Voice::full : Voice::weak;
  return facts;
}

std::vector<FacePair> seen_together(std::span<const Track* const> tracks,
                                    std::span<const MediaTime> cuts,
                                    const TogetherOptions& options) {
  std::map<FrameIndex, std::vector<Look>> frames;
  for (std::size_t at = 0; at < tracks.size(); ++at) {
    if (lives_around_a_cut(*tracks[at], cuts, options.transition)) continue;
    for (const Sighting& look : tracks[at]->sightings)
      frames[look.frame].push_back({at, look.detection.box});
  }
  std::set<FacePair> pairs;
  for (const auto& [frame, looks] : frames) {
    for (std::size_t i = 0; i < looks.size(); ++i) {
      for (std::size_t j = 0; j < i; ++j) {
        if (iou(looks[i].box, looks[j].box) > options.max_overlap) continue;
        const auto [low, high] = std::minmax(looks[i].track, looks[j].track);
        pairs.emplace(low, high);
      }
    }
  }
  return {pairs.begin(), pairs.end()};
}

}  // namespace screenalytics
