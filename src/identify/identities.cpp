// SPDX-License-Identifier: MIT
#include "identify/identities.h"

#include "identify/mean_face.h"

#include <algorithm>
#include <cmath>
#include <tuple>

namespace screenalytics {
namespace {

using Positions = std::vector<std::size_t>;

/// Cohesion and lowest similarity over the tracks that have an embedding and a voice; 1 for one of
/// them.
std::pair<double, double> cohesion_of(std::span<const TrackFacts> facts, const Positions& tracks) {
  std::vector<Embedding> faces;
  for (const std::size_t at : tracks) {
    if (facts[at].embedding && facts[at].voice != Voice::silent)
      faces.push_back(*facts[at].embedding);
  }
  if (faces.size() < 2) return {1, 1};
  Positions all(faces.size());
  for (std::size_t i = 0; i < all.size(); ++i) all[i] = i;
  const MeanFace mean(faces, all);
  double sum = 0, lowest = 1;
  for (const Embedding& face : faces) {
    const double similarity = mean.similarity(face);
    sum += similarity;
    lowest = std::min(lowest, similarity);
  }
  return {sum / static_cast<double>(faces.size()), lowest};
}

/// The track with the best face; one with a thumbnail before one without.
const TrackFacts& best_of(std::span<const TrackFacts> facts, const Positions& tracks) {
  const auto rank = [&](std::size_t at) {
    return std::tuple(!facts[at].thumb.empty(), facts[at].quality, -facts[at].id.value);
  };
  return facts[*std::ranges::max_element(tracks, {}, rank)];
}

std::string name_of(const PersonDraft& person,
                    IdentityId id,
                    const std::map<std::string, std::string>& cast_names) {
  if (person.label) return *person.label;
  if (!person.cast) return "Person " + std::to_string(id.value);
  const auto known = cast_names.find(person.cast->cast_id);
  return known == cast_names.end() ? person.cast->cast_id : known->second;
}

std::string percent(double share) { return std::to_string(std::lround(100 * share)) + " %"; }

}  // namespace

std::vector<Identity> make_identities(std::span<const TrackFacts> facts,
                                      std::vector<PersonDraft> people,
                                      const std::map<std::string, std::string>& cast_names,
                                      const CohesionOptions& options) {
  const auto by_appearance = [&](const PersonDraft& person) {
    const auto first = [&](std::size_t at) {
      return std::tuple(facts[at].seen.begin, facts[at].id);
    };
    std::tuple<MediaTime, TrackId> earliest = first(person.tracks.front());
    for (const std::size_t at : person.tracks) earliest = std::min(earliest, first(at));
    return earliest;
  };
  std::ranges::sort(people, {}, by_appearance);
  std::vector<Identity> identities;
  for (const PersonDraft& person : people) {
    Identity one{.id = {static_cast<std::int64_t>(identities.size()) + 1}};
    one.name = name_of(person, one.id, cast_names);
    one.label = person.label;
    if (person.cast) {
      one.cast_id = person.cast->cast_id;
      one.seed_similarity = person.cast->similarity;
      if (!one.label) one.label = one.name;
    }
    for (const std::size_t at : person.tracks) {
      one.tracks.push_back(facts[at].id);
      one.faces += facts[at].faces;
    }
    std::ranges::sort(one.tracks);
    std::tie(one.cohesion, one.min_similarity) = cohesion_of(facts, person.tracks);
    one.low_cohesion =
        one.cohesion < options.min_cohesion || one.min_similarity < options.min_identity_sim;
    const TrackFacts& best = best_of(facts, person.tracks);
    one.representative = best.id;
    one.thumb = best.thumb;
    one.edited = person.edited;
    identities.push_back(std::move(one));
  }
  return identities;
}

IdentityStats measure(const Identities& identities, std::span<const TrackFacts> facts) {
  IdentityStats stats;
  stats.clusters = static_cast<std::int64_t>(identities.identities.size());
  for (const Identity& one : identities.identities) {
    const auto tracks = static_cast<std::int64_t>(one.tracks.size());
    stats.faces += one.faces;
    stats.tracks += tracks;
    stats.low_cohesion += one.low_cohesion ? 1 : 0;
    stats.singletons += tracks == 1 ? 1 : 0;
    stats.largest = std::max(stats.largest, tracks);
  }
  for (const TrackFacts& track : facts) stats.mixed_tracks += track.coherent ? 0 : 1;
  stats.unknown_tracks = static_cast<std::int64_t>(identities.unknown.size());
  if (stats.clusters > 0) {
    stats.singleton_fraction =
        static_cast<double>(stats.singletons) / static_cast<double>(stats.clusters);
    stats.largest_fraction = static_cast<double>(stats.largest) / static_cast<double>(stats.tracks);
  }
  return stats;
}

std::vector<std::string> advice(const IdentityStats& stats, std::span<const Identity> identities) {
  std::vector<std::string> lines;
  constexpr std::int64_t kEnough = 8;  // tracks below which shares say little
  if (stats.tracks >= kEnough && stats.singleton_fraction > 0.5) {
    lines.push_back(percent(stats.singleton_fraction) +
                    " of the people have one track only: the same person may be there several "
                    "times; raise --group.max-distance a little, or join them with 'people merge'");
  }
  if (stats.tracks >= kEnough && stats.clusters > 1 && stats.largest_fraction > 0.6) {
    lines.push_back("one person has " + percent(stats.largest_fraction) +
                    " of all tracks: where that is more than one person, lower "
                    "--group.max-distance or use 'people split'");
  }
  if (stats.mixed_tracks > 0) {
    lines.push_back(std::to_string(stats.mixed_tracks) +
                    " track(s) have faces that disagree with each other: each may show two people; "
                    "look at them (coherence_warning in tracks.jsonl), or lower "
                    "--split.min-cohesion and run faces-embed again");
  }
  for (const Identity& one : identities) {
    if (!one.low_cohesion) continue;
    lines.push_back(to_text(one.id) + " ('" + one.name +
                    "') holds tracks that look little alike: it may be two people; use 'people "
                    "split', or lower --group.max-distance");
  }
  if (stats.unknown_tracks > 2 * stats.tracks) {
    lines.push_back(std::to_string(stats.unknown_tracks) +
                    " tracks belong to nobody: faces may be too small or too blurred; harvest with "
                    "--samples all, or lower --voice.min-size and --voice.min-blur");
  }
  return lines;
}

}  // namespace screenalytics
