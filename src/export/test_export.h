// SPDX-License-Identifier: MIT
#pragma once

#include "export/episode_export.h"

#include <chrono>

namespace screenalytics {

inline TimeSpan span(Duration begin, Duration end) { return {MediaTime(begin), MediaTime(end)}; }

/// A name that no format must stumble over.
inline constexpr const char* kHardName = "Zo\u00eb \"Z\", <b> & Co\n--> \u5c71";

/// Two people and a stranger in a minute that begins at 5 s, 25 frames a second, two shots.
inline EpisodeExport made_export() {
  using namespace std::chrono_literals;
  EpisodeExport e{.ep_id = "show-s01e01",
                  .run_id = "r1",
                  .video = "/tv/my show/a,b.mp4",
                  .size = {640, 360},
                  .rate = FrameRate::near(25),
                  .frames = 1500};
  e.time.episode = span(5s, 65s);
  e.time.faced = 30s;
  e.time.people.push_back({.identity = {2},
                           .name = kHardName,
                           .cast_id = "zoe",
                           .named = true,
                           .total = 20s,
                           .alone = 18s,
                           .appearances = {span(5s, 15s), span(35s, 45s)},
                           .tracks = 1,
                           .faces = 5,
                           .shots = 2});
  e.time.people.push_back(
      {.identity = {1}, .name = "Person 1", .total = 12s, .appearances = {span(43s, 55s)}});
  e.time.unknown = {.total = 1s, .appearances = {span(60s, 61s)}, .tracks = 1, .faces = 2};
  e.time.together = {{20s, 2s}, {2s, 12s}};
  e.time.shots.push_back({.shot = {0}, .span = span(5s, 35s), .present = {{{2}, 10s}}});
  e.time.shots.push_back(
      {.shot = {1}, .span = span(35s, 65s), .present = {{{1}, 12s}, {{2}, 10s}}});
  const auto seen = [](std::int64_t frame, Duration at, float left) {
    return Sighting{.frame = {frame},
                    .time = MediaTime(at),
                    .detection = {.box = {left, 20, left + 30.5F, 60.25F}, .score = 0.9F}};
  };
  using State = ExportTrack::State;
  e.tracks = {{{{1}, {0}, {seen(0, 5s, 10), seen(4, 5160ms, 11)}}, State::person, {2}, "", 5},
              {{{2}, {1}, {seen(1000, 45s, 100)}}, State::person, {1}, "", 1},
              {{{3}, {0}, {seen(4, 5160ms, 300)}}, State::unknown, {0}, "low_quality", 2},
              {{{4}, {1}, {seen(1000, 45s, 400)}}, State::ignored, {0}, "", 0}};
  e.settings = {{"screentime.bridge-gap", "1.2"}};
  return e;
}

}  // namespace screenalytics
