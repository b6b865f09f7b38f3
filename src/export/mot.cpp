// SPDX-License-Identifier: MIT
#include "export/mot.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <optional>
#include <utility>

namespace screenalytics {
namespace {

std::optional<std::int64_t> id_of(const ExportTrack& track, MotIds ids) {
  if (ids == MotIds::track) return track.track.id.value;
  switch (track.state) {
    case ExportTrack::State::person:
      return track.identity.value;
    case ExportTrack::State::unknown:
      return kUnknownMotIds + track.track.id.value;
    case ExportTrack::State::ignored:
      break;
  }
  return std::nullopt;
}

struct Line {
  std::int64_t frame = 0;
  std::int64_t id = 0;
  const Detection* seen = nullptr;
};

std::string text_of(const Line& line) {
  const Box& box = line.seen->box;
  std::array<char, 192> text{};
  std::snprintf(text.data(),
                text.size(),
                "%lld,%lld,%.3f,%.3f,%.3f,%.3f,%.4f,-1,-1,-1\n",
                static_cast<long long>(line.frame) + 1,
                static_cast<long long>(line.id),
                static_cast<double>(box.left),
                static_cast<double>(box.top),
                static_cast<double>(box.width()),
                static_cast<double>(box.height()),
                static_cast<double>(line.seen->score));
  return text.data();
}

}  // namespace

std::string mot_text(const EpisodeExport& episode, MotIds ids) {
  std::vector<Line> lines;
  for (const ExportTrack& track : episode.tracks) {
    const auto id = id_of(track, ids);
    if (!id) continue;
    for (const Sighting& sighting : track.track.sightings)
      lines.push_back({sighting.frame.value, *id, &sighting.detection});
  }
  std::ranges::stable_sort(
      lines, {}, [](const Line& line) { return std::pair(line.frame, line.id); });
  std::string text;
  for (const Line& line : lines) text += text_of(line);
  return text;
}

}  // namespace screenalytics
