// SPDX-License-Identifier: MIT
#include "run/label_frames.h"

#include "core/error.h"

#include <algorithm>
#include <memory>
#include <utility>

namespace screenalytics {
namespace {

using FrameSpan = std::pair<std::int64_t, std::int64_t>;  // both included

bool counts(const TruthRegion& region) { return region.visible >= kCountedVisibility; }

bool holds(const Box& box, Point point) {
  return point.x >= box.left && point.x < box.right && point.y >= box.top && point.y < box.bottom;
}

/// Sorted, those that touch or overlap joined.
std::vector<FrameSpan> joined(std::vector<FrameSpan> spans) {
  std::ranges::sort(spans);
  std::vector<FrameSpan> result;
  for (const FrameSpan& span : spans) {
    if (!result.empty() && span.first <= result.back().second + 1) {
      result.back().second = std::max(result.back().second, span.second);
    } else {
      result.push_back(span);
    }
  }
  return result;
}

/// Frames of `spans` that are in none of `others`; both joined.
std::vector<FrameSpan> without(const std::vector<FrameSpan>& spans,
                               const std::vector<FrameSpan>& others) {
  std::vector<FrameSpan> result;
  for (FrameSpan span : spans) {
    for (const FrameSpan& other : others) {
      if (other.second < span.first || other.first > span.second) continue;
      if (other.first > span.first) result.emplace_back(span.first, other.first - 1);
      span.first = other.second + 1;
    }
    if (span.first <= span.second) result.push_back(span);
  }
  return result;
}

std::vector<TimeSpan> timed(const std::vector<FrameSpan>& spans, const TruthClock& clock) {
  std::vector<TimeSpan> result;
  result.reserve(spans.size());
  for (const FrameSpan& span : spans) result.push_back({clock(span.first), clock(span.second + 1)});
  return result;
}

}  // namespace

TrackNumbers by_track(const std::vector<TrackRecord>& tracks) {
  TrackNumbers numbers;
  for (const TrackRecord& record : tracks) numbers.emplace(record.track.id, numbers.size());
  return numbers;
}

TrackNumbers by_identity(const Identities& identities) {
  TrackNumbers numbers;
  std::size_t next = 0;
  for (const Identity& one : identities.identities) {
    for (const TrackId track : one.tracks) numbers.emplace(track, next);
    ++next;
  }
  for (const UnknownTrack& one : identities.unknown) numbers.emplace(one.track, next++);
  return numbers;
}

TruthClock clock_of(const Truth& truth, const Json& manifest) {
  const Json& input = manifest.at("input");
  const double fps = truth.fps > 0 ? truth.fps : input.at("fps").get<double>();
  if (!(fps > 0)) throw Error(ErrorKind::bad_data, "the truth file names no frame rate");
  const auto start = MediaTime(from_seconds(input.at("start_ts").get<double>()));
  auto grid = std::make_shared<const std::vector<std::int64_t>>(truth.shown_at);
  return [fps, start, grid](std::int64_t frame) {
    double at = static_cast<double>(frame);
    if (!grid->empty()) {
      const auto last = static_cast<std::int64_t>(grid->size()) - 1;
      at = static_cast<double>(
          (*grid)[static_cast<std::size_t>(std::clamp<std::int64_t>(frame, 0, last))]);
      if (frame > last) at += static_cast<double>(frame - last);
    }
    return start + from_seconds(at / fps);
  };
}

std::vector<Presence> presence_of(const Truth& truth, const TruthClock& clock) {
  std::map<std::string, std::vector<FrameSpan>> on;
  std::map<std::string, std::vector<FrameSpan>> maybe;
  for (const TruthRegion& region : truth.regions) {
    auto& list = counts(region) ? on : maybe;
    list[region.person].emplace_back(region.first.value, region.last.value);
  }
  for (const auto& [person, spans] : truth.presence) on[person] = spans;
  std::vector<Presence> result;
  for (const std::string& person : truth.people) {
    const auto sure = joined(on[person]);
    result.push_back({.name = person,
                      .on = timed(sure, clock),
                      .maybe = timed(without(joined(maybe[person]), sure), clock)});
  }
  return result;
}

FrameLabels::FrameLabels(const Truth& truth, const std::vector<SampledFrame>& samples)
    : truth_(truth) {
  for (const SampledFrame& sample : samples) samples_.insert(sample.frame);
  for (const std::string& person : truth.people) numbers_.emplace(person, numbers_.size());
  for (const TruthRegion& region : truth.regions) {
    for (auto frame = samples_.lower_bound(region.first);
         frame != samples_.end() && *frame <= region.last;
         ++frame)
      regions_[*frame].push_back(&region);
  }
}

std::vector<FrameLabels::Shown> FrameLabels::shown(FrameIndex frame) const {
  std::vector<Shown> list;
  const auto regions = regions_.find(frame);
  if (regions == regions_.end()) return list;
  for (const TruthRegion* region : regions->second)
    list.push_back({numbers_.at(region->person), region});
  std::ranges::stable_sort(
      list, std::greater<>(), [](const Shown& one) { return one.region->order; });
  return list;
}

/// Front to back: a face whose middle lies in a region belongs to the first such region only.
double FrameLabels::fit(const std::vector<Shown>& shown, std::size_t which, const Box& box) const {
  if (truth_.tight) return iou(shown[which].region->box, box);
  for (std::size_t i = 0; i < which; ++i) {
    if (holds(shown[i].region->box, box.center())) return 0;
  }
  return holds(shown[which].region->box, box.center()) ? 1 : 0;
}

LabelledFrame FrameLabels::label(FrameIndex frame, const std::vector<Face>& faces) const {
  const auto there = shown(frame);
  std::vector<Face> counted;
  for (const Face& face : faces) {
    bool on_faint = false;
    for (std::size_t i = 0; i < there.size(); ++i)
      on_faint = on_faint || (!counts(*there[i].region) && fit(there, i, face.box) >= 0.5);
    if (!on_faint) counted.push_back(face);
  }
  LabelledFrame labelled;
  for (const Face& face : counted) labelled.tracked.push_back(face.number);
  std::set<std::size_t> named;
  for (std::size_t i = 0; i < there.size(); ++i) {
    if (!counts(*there[i].region) || !named.insert(there[i].person).second) continue;
    labelled.truth.push_back(there[i].person);
    for (const Face& face : counted) labelled.similarity.push_back(fit(there, i, face.box));
  }
  return labelled;
}

std::vector<LabelledFrame> FrameLabels::label(const FacesByFrame& faces) const {
  static const std::vector<Face> kNone;
  std::vector<LabelledFrame> frames;
  frames.reserve(samples_.size());
  for (const FrameIndex frame : samples_) {
    const auto here = faces.find(frame);
    frames.push_back(label(frame, here == faces.end() ? kNone : here->second));
  }
  return frames;
}

std::vector<LabelledFrame> FrameLabels::detections(const RunFolder& run) const {
  FacesByFrame faces;
  JsonLinesReader rows(run.file("detections.jsonl"));
  while (const auto row = rows.next()) {
    const FrameIndex frame{row->at("frame_idx").get<std::int64_t>()};
    const Json& box = row->at("bbox_xyxy");
    auto& here = faces[frame];
    here.push_back({here.size(),
                    {box.at(0).get<float>(),
                     box.at(1).get<float>(),
                     box.at(2).get<float>(),
                     box.at(3).get<float>()}});
  }
  return label(faces);
}

std::vector<LabelledFrame> FrameLabels::tracks(const std::vector<TrackRecord>& tracks,
                                               const TrackNumbers& numbers) const {
  FacesByFrame faces;
  for (const TrackRecord& record : tracks) {
    const auto number = numbers.find(record.track.id);
    if (number == numbers.end()) continue;
    for (const Sighting& sighting : record.track.sightings) {
      auto& here = faces[sighting.frame];
      // Two tracks of one person in one frame: the second is a false face of somebody else.
      const bool twice = std::ranges::any_of(
          here, [&](const Face& face) { return face.number == number->second; });
      here.push_back({twice ? numbers.size() + static_cast<std::size_t>(record.track.id.value)
                            : number->second,
                      sighting.detection.box});
    }
  }
  return label(faces);
}

std::vector<LabelledItem> FrameLabels::items(const std::vector<TrackRecord>& tracks,
                                             const Identities& identities) const {
  TrackNumbers numbers;
  for (std::size_t i = 0; i < identities.identities.size(); ++i) {
    for (const TrackId track : identities.identities[i].tracks) numbers.emplace(track, i);
  }
  std::vector<LabelledItem> items;
  for (const TrackRecord& record : tracks) {
    const auto number = numbers.find(record.track.id);
    if (number == numbers.end()) continue;
    for (const Sighting& sighting : record.track.sightings) {
      const auto labelled = label(sighting.frame, {{number->second, sighting.detection.box}});
      for (std::size_t i = 0; i < labelled.truth.size(); ++i) {
        if (!labelled.tracked.empty() && labelled.at(i, 0) >= 0.5)
          items.push_back({labelled.truth[i], number->second});
      }
    }
  }
  return items;
}

}  // namespace screenalytics
