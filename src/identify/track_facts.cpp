// SPDX-License-Identifier: MIT
#include "identify/track_facts.h"

#include <algorithm>
#include <map>

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

/// In how many frames.
using PairCounts = std::map<FacePair, std::size_t>;

/// Adds the pairs of one frame.
void count_pairs(std::span<const Look> looks, double max_overlap, PairCounts& together) {
  for (std::size_t i = 0; i < looks.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      if (iou(looks[i].box, looks[j].box) > max_overlap) continue;
      const auto [low, high] = std::minmax(looks[i].track, looks[j].track);
      ++together[{low, high}];
    }
  }
}

bool lives_around_a_cut(const Track& track, std::span<const MediaTime> cuts, Duration transition) {
  const MediaTime first = track.sightings.front().time, last = track.sightings.back().time;
  return std::ranges::any_of(
      cuts, [&](MediaTime cut) { return cut - transition <= first && last <= cut + transition; });
}

/// The one track ends where the other begins, in few frames of both: a dissolve without a cut.
bool is_hand_over(const Track& one,
                  const Track& other,
                  std::size_t common,
                  const TogetherOptions& options) {
  const auto begin = [](const Track& track) { return track.sightings.front().time; };
  const auto end = [](const Track& track) { return track.sightings.back().time; };
  const bool one_first = begin(one) < begin(other);
  const Track& first = one_first ? one : other;
  const Track& second = one_first ? other : one;
  const auto least = static_cast<double>(std::min(one.sightings.size(), other.sightings.size()));
  return begin(first) < begin(second) && end(first) < end(second) &&
         end(first) - begin(second) <= options.transition &&
         static_cast<double>(common) <= options.hand_over * least;
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
  facts.support = std::max<std::int64_t>(faces.agreeing, 1);
  if (faces.from_skipped) {
    facts.voice = Voice::silent;
    facts.support = 1;
    if (facts.doubt.empty()) facts.doubt = "blurry";
  }
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
  PairCounts together;
  for (const auto& [frame, looks] : frames) count_pairs(looks, options.max_overlap, together);
  std::vector<FacePair> pairs;
  for (const auto& [pair, count] : together) {
    if (!is_hand_over(*tracks[pair.first], *tracks[pair.second], count, options))
      pairs.push_back(pair);
  }
  return pairs;
}

}  // namespace screenalytics
