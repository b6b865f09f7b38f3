// SPDX-License-Identifier: MIT
#include "store/screen_time_file.h"

#include "core/error.h"
#include "store/test_folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

namespace screenalytics {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

TimeSpan span(Duration begin, Duration end) { return {MediaTime(begin), MediaTime(end)}; }

EpisodeScreenTime two_people() {
  EpisodeScreenTime time{.episode = span(5s, 105s),
                         .sampled_frames = 600,
                         .sampling_step = 166700us,
                         .faced = 30s,
                         .known = 26s,
                         .several = 4s,
                         .error_bound = 500ms};
  time.people.push_back({.identity = {2},
                         .name = "Zoë, \"Z\"\n<b>",
                         .cast_id = "zoe",
                         .named = true,
                         .total = 20s,
                         .bridged = 1s,
                         .error_bound = 166600us,
                         .alone = 15s,
                         .appearances = {span(5s, 10s), span(20s, 35s)},
                         .tracks = 3,
                         .faces = 14,
                         .shots = 2,
                         .dropped = 1});
  time.people.push_back({.identity = {1},
                         .name = "Person 1",
                         .total = 10s,
                         .appearances = {span(31000100us, 41000100us)}});
  time.people.push_back({.identity = {3}, .name = "Person 3"});
  time.unknown = {.total = 5s, .appearances = {span(50s, 55s)}, .tracks = 2};
  time.together = {{20s, 4s, 0s}, {4s, 10s, 0s}, {0s, 0s, 0s}};
  time.shots.push_back({.shot = {0}, .span = span(5s, 30s), .present = {{{2}, 15s}}});
  time.shots.push_back({.shot = {1}, .span = span(30s, 105s), .present = {{{1}, 10s}, {{2}, 5s}}});
  return time;
}

class ScreenTimeFile : public TestFolder {
 protected:
  RunFolder run() const { return {folder(), "show", "r1"}; }
  void put_file(std::string_view text) const {
    std::filesystem::create_directories(run().path());
    put(run().file("screentime.json"), text);
  }
  std::string refusal() const {
    try {
      read_screen_time(run());
    } catch (const Error& error) {
      return error.what();
    }
    return "read";
  }
};

TEST_F(ScreenTimeFile, ComesBackAsItWasWritten) {
  const Json json = to_json(run(), two_people(), {{"bridge_gap_s", 1.2}});
  put_file(json.dump());
  const EpisodeScreenTime read = read_screen_time(run());
  EXPECT_EQ(to_json(run(), read, {{"bridge_gap_s", 1.2}}), json);
  EXPECT_EQ(read.people[0].appearances, two_people().people[0].appearances);
  EXPECT_EQ(read.people[1].appearances, two_people().people[1].appearances);
  EXPECT_EQ(read.shots[1].present, two_people().shots[1].present);
  EXPECT_EQ(read.together, two_people().together);
}

TEST_F(ScreenTimeFile, SaysSharesAndTheLongestAppearance) {
  const Json json = to_json(run(), two_people(), {});
  const Json& zoe = json.at("metrics").at(0);
  EXPECT_EQ(zoe.at("identity_id"), "id_0002");
  EXPECT_EQ(zoe.at("name"), "Zoë, \"Z\"\n<b>");
  EXPECT_EQ(zoe.at("share_of_episode"), 0.2);
  EXPECT_EQ(zoe.at("share_of_faced"), 0.6667);
  EXPECT_EQ(zoe.at("appearances"), 2);
  EXPECT_EQ(zoe.at("longest_seconds"), 15.0);
  EXPECT_EQ(zoe.at("first_ts"), 5.0);
  EXPECT_EQ(zoe.at("last_ts"), 35.0);
  EXPECT_EQ(json.at("metrics").at(1).at("cast_id"), nullptr);
  EXPECT_EQ(json.at("metrics").at(2).at("first_ts"), nullptr) << "never on screen";
  EXPECT_EQ(json.at("totals").at("cast_sum_time_s"), 30.0);
  EXPECT_EQ(json.at("totals").at("unknown_share"), 0.1667);
  EXPECT_EQ(json.at("timeline").at(1).at("intervals").dump(), "[[31.0001,41.0001]]");
}

TEST_F(ScreenTimeFile, AMissingOneSaysWhatToRun) {
  EXPECT_THAT(refusal(), HasSubstr("run 'screenalytics screentime' first"));
}

TEST_F(ScreenTimeFile, ADamagedOneIsRefusedInOneLine) {
  const std::string whole = to_json(run(), two_people(), {}).dump();
  put_file(whole.substr(0, whole.size() / 2));
  EXPECT_THAT(refusal(), HasSubstr("is damaged"));
  const std::function<void(Json&)> damages[] = {
      [](Json& json) { json["timeline"].erase(0); },
      [](Json& json) { json["timeline"][0]["identity_id"] = "id_0009"; },
      [](Json& json) { json["metrics"][0]["identity_id"] = "nobody"; },
      [](Json& json) { json["co_appearance"]["seconds"].erase(0); },
      [](Json& json) { json["co_appearance"]["seconds"][0].erase(0); },
      [](Json& json) { json["unknown"] = 1; },
  };
  for (const auto& damage : damages) {
    Json json = Json::parse(whole);
    damage(json);
    put_file(json.dump());
    EXPECT_THAT(refusal(), HasSubstr("run 'screenalytics screentime' again"));
  }
}

}  // namespace
}  // namespace screenalytics
