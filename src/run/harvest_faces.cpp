// SPDX-License-Identifier: MIT
#include "run/harvest_faces.h"

#include "run/embed_queue.h"

#include <algorithm>
#include <iterator>
#include <set>
#include <tuple>
#include <utility>

namespace screenalytics {
namespace {

/// Harvests one group of shots. Tracks that turn out to hold two people are cut in two, and each
/// half goes through the same steps again until all samples of every track agree.
class GroupHarvest {
 public:
  GroupHarvest(const VideoInfo& video,
               const LoadedModels& models,
               const Settings& settings,
               CpuBudget::Permit& permit)
      : video_(video),
        settings_(settings),
        permit_(permit),
        queue_(*models.embedder, settings.embed) {}

  HarvestedGroup run(std::vector<FollowedShot> shots) {
    for (FollowedShot& shot : shots) group_.shots.push_back(take(std::move(shot)));
    const PickOptions check{.samples = SampleChoice::best,
                            .max_samples = settings_.pick.max_samples};
    embed_picks(check);
    look_closer();
    while (split_mixed_tracks()) {
      embed_picks(check);
      look_closer();
    }
    if (settings_.pick.samples == SampleChoice::all) embed_picks(settings_.pick);
    embed_last_resorts();
    pool();
    group_.embedder_calls = queue_.calls();
    group_.faces_embedded = queue_.faces();
    return std::move(group_);
  }

 private:
  HarvestedShot take(FollowedShot followed) {
    HarvestedShot shot{.shot = followed.shot,
                       .detections = std::move(followed.detections),
                       .missing = std::move(followed.missing)};
    for (std::size_t i = 0; i < followed.tracks.size(); ++i) {
      HarvestedTrack track{.origin = i,
                           .sightings = std::move(followed.tracks[i].sightings),
                           .pixels = std::move(followed.tracks[i].pixels)};
      gate(track);
      shot.tracks.push_back(std::move(track));
    }
    return shot;
  }

  void gate(HarvestedTrack& track) const {
    const auto good =
        pass_gates(track.sightings, video_.size, video_.pixel_aspect, settings_.gates, track.skips);
    for (const std::size_t i : good) {
      if (!track.pixels[i].crop) track.skips[i] = Skip{SkipReason::off_frame, std::nullopt};
    }
  }

  static std::vector<std::size_t> good_sightings(const HarvestedTrack& track) {
    std::vector<std::size_t> good;
    for (std::size_t i = 0; i < track.skips.size(); ++i) {
      if (track.sightings[i].measured && !track.skips[i]) good.push_back(i);
    }
    return good;
  }

  void embed_picks(const PickOptions& options) {
    for (HarvestedShot& shot : group_.shots) {
      for (HarvestedTrack& track : shot.tracks) {
        for (const std::size_t i : pick_samples(track.sightings, good_sightings(track), options))
          embed(track, i);
      }
    }
    permit_.enter(Stage::embed);
    queue_.flush();
  }

  void embed(HarvestedTrack& track, std::size_t i) {
    if (track.embeddings.contains(i)) return;
    permit_.enter(Stage::write);
    Image crop = track.pixels[i].file->read_crop(*track.pixels[i].crop);
    permit_.enter(Stage::embed);
    queue_.add(std::move(crop), [&track, i](std::optional<Embedding> embedding) {
      if (embedding) {
        track.embeddings.emplace(i, std::move(*embedding));
      } else {
        track.skips[i] = Skip{SkipReason::zero_norm_embedding, std::nullopt};
      }
    });
  }

  void embed_last_resorts() {
    for (HarvestedShot& shot : group_.shots) {
      for (HarvestedTrack& track : shot.tracks) embed_last_resort(track);
    }
    permit_.enter(Stage::embed);
    queue_.flush();
  }

  void embed_last_resort(HarvestedTrack& track) {
    if (!track.embeddings.empty()) return;
    // What the gates alone say, as faces-embed knows it.
    std::vector<std::optional<Skip>> skips;
    pass_gates(track.sightings, video_.size, video_.pixel_aspect, settings_.gates, skips);
    for (const std::size_t i :
         last_resort_samples(track.sightings, skips, settings_.gates, settings_.last_resort)) {
      if (!track.pixels[i].crop) continue;
      permit_.enter(Stage::write);
      Image crop = track.pixels[i].file->read_crop(*track.pixels[i].crop);
      permit_.enter(Stage::embed);
      queue_.add(std::move(crop), [&track, i](std::optional<Embedding> embedding) {
        if (embedding) track.last_resort.emplace(i, std::move(*embedding));
      });
    }
  }

  /// A lone sample that looks like somebody else is weak evidence (a hand before the face does that
  /// too): its neighbours tell. Where two samples in a row disagree, those around them are
  /// embedded.
  void look_closer() {
    for (HarvestedShot& shot : group_.shots) {
      for (HarvestedTrack& track : shot.tracks) {
        for (const std::size_t i : around(track, doubtful_samples(track))) embed(track, i);
      }
    }
    permit_.enter(Stage::embed);
    queue_.flush();
  }

  std::set<std::size_t> doubtful_samples(const HarvestedTrack& track) const {
    std::set<std::size_t> doubtful;
    const Embedding* before = nullptr;
    std::size_t place = 0;
    for (const auto& [i, embedding] : track.embeddings) {
      if (before != nullptr && before->similarity(embedding) < settings_.split.max_similarity) {
        doubtful.insert({place, i});
      }
      before = &embedding;
      place = i;
    }
    return doubtful;
  }

  /// The good sightings beside these places, each once.
  static std::set<std::size_t> around(const HarvestedTrack& track,
                                      const std::set<std::size_t>& places) {
    constexpr std::ptrdiff_t kReach = 2;  // on each side
    std::set<std::size_t> neighbours;
    const auto good = good_sightings(track);
    const auto count = static_cast<std::ptrdiff_t>(good.size());
    for (const std::size_t place : places) {
      const auto at = std::ranges::lower_bound(good, place) - good.begin();
      const auto end = std::min(at + kReach + 1, count);
      for (auto k = std::max<std::ptrdiff_t>(at - kReach, 0); k < end; ++k)
        neighbours.insert(good[static_cast<std::size_t>(k)]);
    }
    return neighbours;
  }

  bool split_mixed_tracks() {
    bool any = false;
    for (HarvestedShot& shot : group_.shots) {
      std::vector<HarvestedTrack> tracks;
      for (HarvestedTrack& track : shot.tracks) {
        const auto place = find_second_person(track);
        if (!place) {
          tracks.push_back(std::move(track));
          continue;
        }
        any = true;
        ++shot.forced_splits;
        tracks.push_back(part(track, 0, *place));
        tracks.push_back(part(track, *place, track.sightings.size()));
      }
      shot.tracks = std::move(tracks);
    }
    return any;
  }

  std::optional<std::size_t> find_second_person(HarvestedTrack& track) {
    std::vector<std::size_t> places;
    std::vector<Embedding> samples;
    std::vector<float> qualities;
    for (const auto& [i, embedding] : track.embeddings) {
      places.push_back(i);
      samples.push_back(embedding);
      qualities.push_back(track.sightings[i].quality.total);
    }
    const auto change = find_switch(samples, qualities, settings_.split);
    if (!change) return std::nullopt;
    return narrow(
        track, samples[*change - 1], places[*change - 1], samples[*change], places[*change]);
  }

  /// The person changes between two samples: looks at the good sightings in between, halving the
  /// stretch.
  std::size_t narrow(HarvestedTrack& track,
                     const Embedding& before,
                     std::size_t low,
                     const Embedding& after,
                     std::size_t high) {
    const auto good = good_sightings(track);
    while (true) {
      std::vector<std::size_t> between;
      std::ranges::copy_if(
          good, std::back_inserter(between), [&](std::size_t i) { return i > low && i < high; });
      if (between.empty()) return high;
      const std::size_t middle = between[between.size() / 2];
      embed(track, middle);
      queue_.flush();
      const auto found = track.embeddings.find(middle);
      if (found == track.embeddings.end()) return high;
      const bool still_first = found->second.similarity(before) >= found->second.similarity(after);
      (still_first ? low : high) = middle;
    }
  }

  HarvestedTrack part(const HarvestedTrack& whole, std::size_t begin, std::size_t end) const {
    const auto cut = [&](const auto& all) {
      using List = std::remove_cvref_t<decltype(all)>;
      return List(all.begin() + static_cast<std::ptrdiff_t>(begin),
                  all.begin() + static_cast<std::ptrdiff_t>(end));
    };
    HarvestedTrack half{.origin = whole.origin,
                        .first = whole.first + begin,
                        .sightings = cut(whole.sightings),
                        .pixels = cut(whole.pixels)};
    gate(half);
    for (std::size_t i = begin; i < end; ++i) {
      const auto& skip = whole.skips[i];
      if (skip && skip->reason == SkipReason::zero_norm_embedding) half.skips[i - begin] = skip;
    }
    for (const auto& [i, embedding] : whole.embeddings) {
      if (i >= begin && i < end && !half.skips[i - begin])
        half.embeddings.emplace(i - begin, embedding);
    }
    return half;
  }

  void pool() {
    permit_.enter(Stage::pool);
    for (HarvestedShot& shot : group_.shots) {
      for (HarvestedTrack& track : shot.tracks) pool(track);
      std::ranges::stable_sort(shot.tracks, {}, [](const HarvestedTrack& track) {
        const Sighting& first = track.sightings.front();
        return std::tuple(first.frame, first.detection.box.left, first.detection.box.top);
      });
    }
  }

  /// Keeps the faces that the user asked for (the appearance check may have embedded more) and
  /// pools them.
  void pool(HarvestedTrack& track) const {
    const auto wanted = pick_samples(track.sightings, good_sightings(track), settings_.pick);
    std::erase_if(track.embeddings, [&](const auto& entry) {
      return !std::ranges::binary_search(wanted, entry.first);
    });
    std::vector<Embedding> samples;
    std::vector<float> qualities;
    for (const auto& [i, embedding] :
         track.embeddings.empty() ? track.last_resort : track.embeddings) {
      samples.push_back(embedding);
      qualities.push_back(track.sightings[i].quality.total);
    }
    track.pooled = pool_track(samples, qualities, settings_.pool);
  }

  const VideoInfo& video_;
  const Settings& settings_;
  CpuBudget::Permit& permit_;
  EmbedQueue queue_;
  HarvestedGroup group_;
};

}  // namespace

std::vector<std::size_t> pass_gates(const std::vector<Sighting>& sightings,
                                    Size picture,
                                    double pixel_aspect,
                                    const GateOptions& options,
                                    std::vector<std::optional<Skip>>& skips) {
  const bool single = std::ranges::count_if(sightings, &Sighting::measured) == 1;
  skips.assign(sightings.size(), std::nullopt);
  std::vector<std::size_t> good;
  for (std::size_t i = 0; i < sightings.size(); ++i) {
    if (!sightings[i].measured) continue;
    skips[i] = check_geometry(sightings[i].detection, picture, pixel_aspect, options);
    if (!skips[i]) skips[i] = check_quality(sightings[i], single, options);
    if (!skips[i]) good.push_back(i);
  }
  return good;
}

HarvestedGroup harvest_faces(std::vector<FollowedShot> shots,
                             const VideoInfo& video,
                             const LoadedModels& models,
                             const Settings& settings,
                             CpuBudget::Permit& permit) {
  return GroupHarvest(video, models, settings, permit).run(std::move(shots));
}

}  // namespace screenalytics
