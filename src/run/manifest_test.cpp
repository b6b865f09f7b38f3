// SPDX-License-Identifier: MIT
#include "run/manifest.h"

#include "run/test_fakes.h"

#include <regex>

#include <gtest/gtest.h>

namespace screenalytics {
namespace {

using namespace std::chrono_literals;

TEST(Manifest, InputHasTheDocumentedFields) {
  const VideoInfo info{.path = "/films/../films/a.mp4",
                       .bytes = 1000,
                       .container = "mov",
                       .codec = "h264",
                       .pixel_format = "yuv420p",
                       .size = {640, 360},
                       .pixel_aspect = 16.0 / 15,
                       .rotation = 90,
                       .transfer = Transfer::hlg,
                       .nominal_fps = 24000.0 / 1001,
                       .start = at_seconds(5),
                       .end = at_seconds(7.5),
                       .frame_count = 60,
                       .streams = {{0, "video", "h264"}, {1, "audio", "aac"}},
                       .notes = {"two tracks"}};
  EXPECT_EQ(describe_input(info, "abc").dump(),
            R"({"path":"/films/a.mp4","bytes":1000,"sha256":"abc","container":"mov",)"
            R"("video_stream":0,"codec":"h264","pixel_format":"yuv420p","width":640,"height":360,)"
            R"("pixel_aspect":1.066667,"rotation":90,"mirrored":false,"bit_depth":8,)"
            R"("full_range":false,"interlaced":false,"transfer":"hlg","fps":23.976,"frames":60,)"
            R"("start_ts":5.0,"end_ts":7.5,"duration_s":2.5,)"
            R"("streams":[{"number":0,"kind":"video","codec":"h264"},)"
            R"({"number":1,"kind":"audio","codec":"aac"}],"notes":["two tracks"]})");
}

TEST(Manifest, CountsSkipsByReason) {
  const Json counts =
      describe_counts({.tracks = 2, .faces_kept = 5, .faces_skipped = 3, .skips = {{"blurry", 3}}});
  EXPECT_EQ(counts.at("skips").dump(), R"({"blurry":3})");
  EXPECT_EQ(counts.at("faces_kept"), 5);
  EXPECT_EQ(describe_counts({}).at("skips").dump(), "{}");
}

TEST(Manifest, CpuNamesTheCapAndEveryStageThatWorked) {
  CpuBudget budget(2);
  const CpuCap cap{.asked_percent = 300, .percent = 200, .permits = 2, .notes = {"lowered"}};
  FakeSink sink;
  Progress progress(sink, 1h);
  {
    auto permit = budget.acquire({}, Stage::detect);
    std::uint64_t work = 1;
    while (budget.times()[static_cast<std::size_t>(Stage::detect)] < 1ms) {
      for (int i = 0; i < 10000; ++i) work = work * 6364136223846793005U + 1;
      permit.enter(Stage::detect);
    }
    EXPECT_NE(work, 0U);
  }
  const RunContext context{budget, cap, progress, {}, "test"};
  const Json cpu = describe_cpu(context, {.at = std::chrono::steady_clock::now() - 2s});
  EXPECT_EQ(cpu.at("asked_percent"), 300);
  EXPECT_EQ(cpu.at("cap_percent"), 200);
  EXPECT_EQ(cpu.at("permits"), 2);
  EXPECT_EQ(cpu.at("method"), "permits");  // nothing was enforced
  EXPECT_EQ(cpu.at("notes"), Json::array({"lowered"}));
  EXPECT_TRUE(cpu.at("windows").contains("0.1"));
  EXPECT_GE(cpu.at("peak_threads"), 3);
  EXPECT_EQ(cpu.at("over_cap_events"), 0);
  EXPECT_EQ(cpu.at("peak_permits"), 1);
  EXPECT_GE(cpu.at("wall_seconds"), 2.0);
  EXPECT_GT(cpu.at("seconds_by_stage").at("detect"), 0.0);
  EXPECT_FALSE(cpu.at("seconds_by_stage").contains("embed"));
}

TEST(Manifest, AStageDoesNotCountWhatItsProcessDidBefore) {
  CpuBudget budget(1);
  const CpuCap cap;
  FakeSink sink;
  Progress progress(sink, 1h);
  const RunContext context{budget, cap, progress, {}, "test"};
  {
    auto permit = budget.acquire({}, Stage::detect);
    const auto begin = std::chrono::steady_clock::now();
    while (budget.times()[static_cast<std::size_t>(Stage::detect)] < 5ms &&
           std::chrono::steady_clock::now() - begin < 10s)
      permit.enter(Stage::detect);
  }
  const Json all = describe_cpu(context, since_process_start());
  const Json later = describe_cpu(context, since_now(context));
  EXPECT_GE(all.at("cpu_seconds"), 0.005);
  EXPECT_LT(later.at("cpu_seconds"), all.at("cpu_seconds"));
  EXPECT_TRUE(all.at("seconds_by_stage").contains("detect"));
  EXPECT_FALSE(later.at("seconds_by_stage").contains("detect"));
}

TEST(Manifest, AnIdleRunHasAnEmptyTableOfStages) {
  CpuBudget budget(1);
  const CpuCap cap;
  FakeSink sink;
  Progress progress(sink, 1h);
  const Json cpu = describe_cpu({budget, cap, progress, {}, "test"}, since_process_start());
  EXPECT_EQ(cpu.at("seconds_by_stage").dump(), "{}");
}

TEST(Manifest, TimesAreInUtc) {
  EXPECT_TRUE(std::regex_match(now_text(), std::regex(R"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ)")));
}

}  // namespace
}  // namespace screenalytics
