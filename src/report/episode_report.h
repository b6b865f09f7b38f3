// SPDX-License-Identifier: MIT
#pragma once

#include "core/identity.h"
#include "core/screen_time.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace screenalytics {

/// A face to show.
struct FacePicture {
  std::vector<std::uint8_t> jpeg;
  int width = 0;
  int height = 0;
};

/// What the histograms and the lists of tracks need of one track.
struct ReportedTrack {
  TimeSpan span;
  std::int64_t sightings = 0;
};

/// CPU use of a part of the harvest.
struct CpuUse {
  double seconds = 0;  ///< since the start, of the part's end
  double percent = 0;  ///< of one core
};

/// CPU over time; no points: nobody measured it.
struct CpuStory {
  std::vector<CpuUse> points;
  std::optional<double> cap_percent;
};

/// A model that made the run's numbers, in words.
struct ModelFacts {
  std::string role;
  std::string name;
  std::string licence;
  std::string terms;
  std::string origin;
  std::string sha256;
};

/// Settings, input, counts: rows of key and value under a heading.
struct FactGroup {
  std::string title;
  std::vector<std::pair<std::string, std::string>> rows;
};

/// Everything that the report shows.
struct EpisodeReport {
  std::string ep_id;
  std::string run_id;
  std::string pipeline_version;
  EpisodeScreenTime time;
  Identities identities;
  std::map<IdentityId, FacePicture> pictures;
  std::map<TrackId, ReportedTrack> tracks;
  std::vector<double> face_qualities;  ///< of the sightings that were measured, 0..1
  std::map<std::string, std::int64_t> skipped;
  CpuStory cpu;
  std::vector<std::string> warnings;
  std::vector<FactGroup> facts;
  std::vector<ModelFacts> models;
};

}  // namespace screenalytics
