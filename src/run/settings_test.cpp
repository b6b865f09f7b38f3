// SPDX-License-Identifier: MIT
#include "run/settings.h"

#include <algorithm>
#include <limits>
#include <set>
#include <type_traits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace screenalytics {
namespace {

using testing::HasSubstr;

TEST(Settings, DefaultsHaveNoProblems) { EXPECT_TRUE(problems(Settings{}).empty()); }

TEST(Settings, AllFaultsAreSaidAtOnce) {
  Settings settings;
  settings.cpu.limit = 0.5;
  settings.sampling.fps = 0;
  settings.sampling.stride = -1;
  settings.embed.batch_size = 0;
  settings.output.jpeg_quality = 101;
  EXPECT_THAT(problems(settings),
              testing::ElementsAre(HasSubstr("--cpu-limit"),
                                   HasSubstr("--fps"),
                                   HasSubstr("--stride"),
                                   HasSubstr("--embed.batch-size"),
                                   HasSubstr("--output.jpeg-quality")));
}

/// One setting out of its range, and the flag that the complaint must name.
struct Fault {
  const char* flag;
  void (*spoil)(Settings&);
};

class SettingsFault : public testing::TestWithParam<Fault> {};

TEST_P(SettingsFault, IsNamedByItsFlag) {
  Settings settings;
  GetParam().spoil(settings);
  EXPECT_THAT(problems(settings), testing::ElementsAre(HasSubstr(GetParam().flag)));
}

INSTANTIATE_TEST_SUITE_P(
    Limits,
    SettingsFault,
    testing::Values(
        Fault{"--cpu-limit", [](Settings& s) { s.cpu.limit = 0; }},
        Fault{"--fps", [](Settings& s) { s.sampling.fps = 1001; }},
        Fault{"--stride", [](Settings& s) { s.sampling.stride = -1; }},
        Fault{"--scan.segment-seconds", [](Settings& s) { s.scan.segment_seconds = 0.5; }},
        Fault{"--workers", [](Settings& s) { s.scan.workers = 1025; }},
        Fault{"--detect.long-side", [](Settings& s) { s.detect.long_side = 31; }},
        Fault{"--detect.min-score", [](Settings& s) { s.detect.min_score = 1.1; }},
        Fault{"--detect.max-overlap", [](Settings& s) { s.detect.max_overlap = -0.1; }},
        Fault{"--detect.full-every", [](Settings& s) { s.detect.full_every = 0; }},
        Fault{"--detect.min-face", [](Settings& s) { s.detect.min_face = 0; }},
        Fault{"--shots.sensitivity", [](Settings& s) { s.shots.sensitivity = 2; }},
        Fault{"--track.threshold", [](Settings& s) { s.track.track_threshold = 2; }},
        Fault{"--track.new-track", [](Settings& s) { s.track.high_threshold = 2; }},
        Fault{"--track.match", [](Settings& s) { s.track.match_threshold = 2; }},
        Fault{"--track.buffer-seconds",
              [](Settings& s) { s.track.buffer = std::chrono::seconds(-1); }},
        Fault{"--align.margin", [](Settings& s) { s.align.margin = -1; }},
        Fault{"--gates.min-confidence", [](Settings& s) { s.gates.min_confidence = 60; }},
        Fault{"--gates.min-contrast", [](Settings& s) { s.gates.min_contrast = -1; }},
        Fault{"--gates.min-blur", [](Settings& s) { s.gates.min_blur = -1; }},
        Fault{"--last-resort.max-samples", [](Settings& s) { s.last_resort.max_samples = -1; }},
        Fault{"--last-resort.min-blur", [](Settings& s) { s.last_resort.min_blur = -1; }},
        Fault{"--gates.single-min-confidence",
              [](Settings& s) { s.gates.single_min_confidence = 45; }},
        Fault{"--gates.single-min-contrast", [](Settings& s) { s.gates.single_min_contrast = -1; }},
        Fault{"--gates.single-min-blur", [](Settings& s) { s.gates.single_min_blur = -1; }},
        Fault{"--gates.min-size", [](Settings& s) { s.gates.min_size = -1; }},
        Fault{"--gates.max-yaw", [](Settings& s) { s.gates.max_yaw = 181; }},
        Fault{"--gates.max-pitch", [](Settings& s) { s.gates.max_pitch = -1; }},
        Fault{"--pool.min-agreement", [](Settings& s) { s.pool.min_agreement = 2; }},
        Fault{"--pool.max-spread", [](Settings& s) { s.pool.max_spread = -1; }},
        Fault{"--split.max-similarity", [](Settings& s) { s.split.max_similarity = 35; }},
        Fault{"--split.min-cohesion", [](Settings& s) { s.split.min_cohesion = 45; }},
        Fault{"--match.min-similarity", [](Settings& s) { s.match.min_similarity = 42; }},
        Fault{"--match.min-lead", [](Settings& s) { s.match.min_lead = -1; }},
        Fault{"--max-samples", [](Settings& s) { s.pick.max_samples = 0; }},
        Fault{"--embed.batch-size", [](Settings& s) { s.embed.batch_size = 1025; }},
        Fault{"--output.jpeg-quality", [](Settings& s) { s.output.jpeg_quality = 0; }},
        Fault{"--thumbnails.side", [](Settings& s) { s.thumbnails.side = 15; }},
        Fault{"--thumbnails.margin", [](Settings& s) { s.thumbnails.margin = 11; }}));

TEST(Settings, ANumberThatIsNoneIsAFaultInEverySetting) {
  std::set<std::string> numbers;
  const Settings defaults;
  describe(defaults, [&](const char* name, const auto& value, const char*) {
    if (std::is_same_v<std::remove_cvref_t<decltype(value)>, double>) numbers.insert(name);
  });
  EXPECT_GT(numbers.size(), 10U);
  for (const std::string& wanted : numbers) {
    Settings settings;
    describe(settings, [&](const char* name, auto& value, const char*) {
      if constexpr (std::is_same_v<std::remove_cvref_t<decltype(value)>, double>) {
        if (name == wanted) value = std::numeric_limits<double>::quiet_NaN();
      }
    });
    EXPECT_THAT(problems(settings), testing::Not(testing::IsEmpty())) << wanted;
  }
}

TEST(Settings, JsonHoldsEveryTunableByItsName) {
  const Settings defaults;
  const Json json = to_json(defaults);
  describe(defaults, [&](const char* name, const auto&, const char* help) {
    EXPECT_TRUE(json.contains(name)) << name;
    EXPECT_NE(std::string(help), "");
  });
  EXPECT_EQ(json.at("track.buffer-seconds"), 1.0);
  EXPECT_EQ(json.at("sampling.mode"), "cheap");
  EXPECT_EQ(json.at("pick.samples"), "best");
}

TEST(Settings, WhereAndHowFastIsNoPartOfTheResult) {
  Settings settings;
  settings.data = "/elsewhere";
  settings.cpu.limit = 100;
  settings.scan.workers = 7;
  settings.output.keep_segments = true;
  EXPECT_EQ(to_json(settings), to_json(Settings{}));
}

TEST(Settings, LaterStagesDoNotMakeTheScanStale) {
  Settings settings;
  settings.shots.sensitivity = 0.9;
  settings.track.buffer = std::chrono::seconds(2);
  settings.pick.max_samples = 9;
  settings.embed.batch_size = 1;
  settings.embed.batch = false;
  settings.pool.min_agreement = 0.1;
  settings.split.max_similarity = 0.1;
  settings.match.min_similarity = 0.9;
  settings.output.save_crops = true;
  settings.output.save_frames = true;
  settings.output.inline_embeddings = false;
  EXPECT_NE(to_json(settings), to_json(Settings{}));
  EXPECT_EQ(scan_settings(settings), scan_settings(Settings{}));
}

class ScanSetting : public testing::TestWithParam<void (*)(Settings&)> {};

TEST_P(ScanSetting, MakesTheScanStale) {
  Settings settings;
  GetParam()(settings);
  EXPECT_NE(scan_settings(settings), scan_settings(Settings{}));
}

INSTANTIATE_TEST_SUITE_P(
    All,
    ScanSetting,
    testing::Values([](Settings& s) { s.sampling.fps = 8; },
                    [](Settings& s) { s.sampling.stride = 4; },
                    [](Settings& s) { s.sampling.mode = SamplingMode::exact; },
                    [](Settings& s) { s.scan.segment_seconds = 10; },
                    [](Settings& s) { s.detect.long_side = 960; },
                    [](Settings& s) { s.detect.full_every = 1; },
                    [](Settings& s) { s.align.margin = 0.1; },
                    [](Settings& s) { s.gates.min_blur = 5; },  // refused faces have no crop
                    [](Settings& s) { s.thumbnails.side = 128; },
                    [](Settings& s) { s.output.jpeg_quality = 90; },  // of the thumbnails
                    [](Settings& s) { s.pick.samples = SampleChoice::all; }));

TEST(Settings, WhoWantsEveryFaceGetsEveryLookAtFullSize) {
  Settings settings;
  EXPECT_EQ(scan_detection(settings).full_every, settings.detect.full_every);
  settings.pick.samples = SampleChoice::all;
  EXPECT_EQ(scan_detection(settings).full_every, 1);
}

}  // namespace
}  // namespace screenalytics
