// SPDX-License-Identifier: MIT
#pragma once

#include "report/episode_report.h"

#include <string>

namespace screenalytics {

inline MediaTime at(double seconds) { return MediaTime{from_seconds(seconds)}; }

inline ScreenTime on_screen(std::int64_t id, const std::string& name, std::vector<TimeSpan> spans) {
  ScreenTime time;
  time.identity = IdentityId{id};
  time.name = name;
  time.appearances = std::move(spans);
  for (const TimeSpan& span : time.appearances) time.total += span.length();
  time.alone = time.total / 2;
  time.error_bound = from_seconds(0.2);
  time.tracks = static_cast<std::int64_t>(time.appearances.size());
  return time;
}

/// Two people in ten seconds and three shots.
inline EpisodeReport small_report() {
  EpisodeReport report;
  report.ep_id = "demo";
  report.run_id = "r1";
  report.pipeline_version = "1";
  report.time.episode = {at(0), at(10)};
  report.time.sampled_frames = 60;
  report.time.sampling_step = from_seconds(0.1667);
  report.time.people = {on_screen(1, "Ann", {{at(0), at(4)}, {at(6), at(8)}}),
                        on_screen(2, "Bob", {{at(3), at(5)}})};
  report.time.faced = from_seconds(7);
  report.time.several = from_seconds(1);
  report.time.together = {{from_seconds(6), from_seconds(1)}, {from_seconds(1), from_seconds(2)}};
  for (int i = 0; i < 3; ++i)
    report.time.shots.push_back({ShotId{i}, {at(3.5 * i), at(3.5 * (i + 1))}, {}});
  for (int i = 1; i <= 2; ++i) {
    Identity identity;
    identity.id = IdentityId{i};
    identity.name = i == 1 ? "Ann" : "Bob";
    report.identities.identities.push_back(identity);
  }
  report.tracks[TrackId{1}] = {{at(0), at(3.9)}, 24};
  report.face_qualities = {0.71, 0.75, 0.2};
  report.skipped = {{"blurry", 3}};
  return report;
}

/// An hour with `people` people and `tracks` appearances in all, each person with a picture of the
/// size that a face has.
inline EpisodeReport long_report(int people, int tracks) {
  EpisodeReport report = small_report();
  report.time.episode = {at(0), at(3600)};
  report.time.people.clear();
  report.time.shots.clear();
  report.identities.identities.clear();
  for (int i = 0; i < 900; ++i)
    report.time.shots.push_back({ShotId{i}, {at(4.0 * i), at(4.0 * (i + 1))}, {}});
  for (int p = 0; p < people; ++p) {
    std::vector<TimeSpan> spans;
    for (int t = p; t < tracks; t += people) spans.push_back({at(2.3 * t), at(2.3 * t + 1.9)});
    report.time.people.push_back(on_screen(p + 1, "Person " + std::to_string(p + 1), spans));
    Identity identity;
    identity.id = IdentityId{p + 1};
    identity.name = "Person " + std::to_string(p + 1);
    report.identities.identities.push_back(identity);
  }
  const auto count = static_cast<std::size_t>(people);
  report.time.together.assign(count, std::vector<Duration>(count, from_seconds(1.5)));
  for (int t = 1; t <= tracks; ++t)
    report.tracks[TrackId{t}] = {{at(2.3 * t), at(2.3 * t + 1.9)}, 12};
  for (int i = 0; i < 36000; ++i) report.cpu.points.push_back({0.1 * (i + 1), 250.0 + i % 60});
  report.cpu.cap_percent = 300;
  return report;
}

}  // namespace screenalytics
