// SPDX-License-Identifier: MIT
#include "export/otio.h"

#include "export/test_export.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace screenalytics {
namespace {

TEST(Otio, ATrackAPersonWithClipsAtTheirPlaces) {
  const auto timeline = nlohmann::json::parse(otio_timeline(made_export()));
  EXPECT_EQ(timeline["OTIO_SCHEMA"], "Timeline.1");
  const auto& tracks = timeline["tracks"]["children"];
  ASSERT_EQ(tracks.size(), 2U);
  EXPECT_EQ(tracks[0]["name"], kHardName);
  const auto& items = tracks[0]["children"];
  ASSERT_EQ(items.size(), 3U) << "no gap before a clip that begins with the episode";
  EXPECT_EQ(items[1]["OTIO_SCHEMA"], "Gap.1");
  EXPECT_EQ(items[1]["source_range"]["duration"]["value"], 500.0);
  EXPECT_EQ(items[2]["OTIO_SCHEMA"], "Clip.1");
  EXPECT_EQ(items[2]["source_range"]["start_time"]["value"], 750.0);
  EXPECT_EQ(items[2]["source_range"]["duration"]["value"], 250.0);
  EXPECT_EQ(items[2]["source_range"]["duration"]["rate"], 25.0);
  EXPECT_EQ(items[2]["media_reference"]["available_range"]["duration"]["value"], 1500.0);
  EXPECT_EQ(tracks[1]["metadata"]["screenalytics"]["identity_id"], "id_0001");
}

TEST(Otio, TheVideoIsAUrl) {
  EXPECT_EQ(file_url("/tv/my show/\u00e9,#.mp4"), "file:///tv/my%20show/%C3%A9%2C%23.mp4");
}

TEST(Otio, WhoNeverAppearsHasNoTrack) {
  EpisodeExport e = made_export();
  e.time.people[0].appearances.clear();
  EXPECT_EQ(nlohmann::json::parse(otio_timeline(e))["tracks"]["children"].size(), 1U);
}

}  // namespace
}  // namespace screenalytics
