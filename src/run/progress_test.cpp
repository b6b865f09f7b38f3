// SPDX-License-Identifier: MIT
#include "run/progress.h"

#include "files/atomic_file.h"
#include "run/test_fakes.h"
#include "store/test_folder.h"

#include <future>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace screenalytics {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

constexpr auto kNever = 1h;  // only the looks that the test asks for

class ProgressFile : public TestFolder {
 protected:
  Json written() const { return Json::parse(read_text(in("run/progress.json"))); }
  FakeSink sink_;
};

TEST(Progress, JsonHasTheDocumentedFieldsInTheirOrder) {
  const Json json = to_json(ProgressSnapshot{.ep_id = "show",
                                             .run_id = "r1",
                                             .phase = "scan",
                                             .done = 420,
                                             .total = 679,
                                             .unit = "frames",
                                             .fps = 212.444,
                                             .eta_s = 1.219,
                                             .elapsed_s = 2.34,
                                             .cpu_percent = 199.16,
                                             .thread_count = 5,
                                             .rss_mb = 141.71,
                                             .warnings = {"dim"}});
  EXPECT_EQ(json.dump(),
            R"({"ep_id":"show","run_id":"r1","phase":"scan","done":420,"total":679,)"
            R"("unit":"frames","fps":212.44,"eta_s":1.2,"elapsed_s":2.3,"cpu_percent":199.2,)"
            R"("thread_count":5,"rss_mb":141.7,"warnings":["dim"]})");
}

TEST(Progress, AnUnknownEndIsNull) {
  EXPECT_TRUE(to_json(ProgressSnapshot{}).at("eta_s").is_null());
  EXPECT_EQ(to_json(ProgressSnapshot{.eta_s = 0}).at("eta_s"), 0.0);
}

TEST(Progress, TimeLeftFollowsFromTheRateOfThePhase) {
  FakeSink sink;
  Progress progress(sink, kNever);
  progress.phase("scan", 100, "frames");
  EXPECT_LT(sink.shown.back().eta_s, 0);  // nothing done, nothing known
  progress.add(20);
  progress.add(5);
  progress.finish("scan");
  const ProgressSnapshot& quarter = sink.shown.back();
  EXPECT_EQ(quarter.done, 25);
  ASSERT_GT(quarter.fps, 0);
  EXPECT_NEAR(quarter.eta_s, 75 / quarter.fps, 1e-9);
  progress.set(100);
  progress.finish("done");
  EXPECT_EQ(sink.shown.back().eta_s, 0);
  progress.set(130);
  progress.finish("done");
  EXPECT_EQ(sink.shown.back().eta_s, 0);  // never negative: that would mean unknown
}

TEST(Progress, WithoutATotalTheEndIsUnknown) {
  FakeSink sink;
  Progress progress(sink, kNever);
  progress.phase("index", 0, "bytes");
  progress.set(10);
  progress.finish("index");
  EXPECT_LT(sink.shown.back().eta_s, 0);
  progress.set_total(20);
  progress.finish("index");
  EXPECT_GE(sink.shown.back().eta_s, 0);
}

TEST(Progress, APhaseStartsCountingAnew) {
  FakeSink sink;
  Progress progress(sink, kNever);
  progress.phase("scan", 10, "frames");
  progress.add(10);
  progress.phase("faces", 4, "faces");
  EXPECT_EQ(sink.shown.back().phase, "faces");
  EXPECT_EQ(sink.shown.back().done, 0);
  EXPECT_EQ(sink.shown.back().total, 4);
  EXPECT_EQ(sink.shown.back().unit, "faces");
}

TEST(Progress, CountsFromSeveralThreads) {
  FakeSink sink;
  Progress progress(sink, 1ms);
  progress.phase("scan", 4000, "frames");
  {
    std::vector<std::jthread> workers;
    for (int i = 0; i < 4; ++i) {
      workers.emplace_back([&] {
        for (int k = 0; k < 1000; ++k) progress.add(1);
        progress.warn("one of them");
      });
    }
  }
  progress.finish("done");
  EXPECT_THAT(progress.warnings(), ElementsAre("one of them"));
  EXPECT_GE(progress.cpu().peak_threads, 3);  // this one, the watcher, the sampler
}

TEST(Progress, LooksByItself) {
  struct CountingSink final : ProgressSink {
    void show(const ProgressSnapshot&) override {
      if (++shows == 3) third.set_value();
    }
    void say(const std::string&) override {}
    void warn(const std::string&) override {}
    int shows = 0;
    std::promise<void> third;
  } sink;
  const Progress progress(sink, 1ms);
  EXPECT_EQ(sink.third.get_future().wait_for(1min), std::future_status::ready);
}

TEST(Progress, TheEndDoesNotWaitForTheNextLook) {
  FakeSink sink;
  const auto began = std::chrono::steady_clock::now();
  {
    const Progress progress(sink, kNever);
  }
  EXPECT_LT(std::chrono::steady_clock::now() - began, 1min);
}

TEST(Progress, WhatWasAnnouncedIsSaidWhenWorkBegins) {
  FakeSink sink;
  Progress progress(sink, kNever);
  progress.announce("the cap is 300 %");
  EXPECT_THAT(sink.said, testing::IsEmpty());
  progress.phase("scan", 1, "frames");
  EXPECT_THAT(sink.said, ElementsAre("the cap is 300 %"));
  progress.say("one shot");
  EXPECT_THAT(sink.said, ElementsAre("the cap is 300 %", "one shot"));
}

TEST(Progress, WhatFailsBeforeWorkBeginsDoesNotSayWhatWasAnnounced) {
  for (const char* end : {"failed", "stopped", "done"}) {
    FakeSink sink;
    Progress progress(sink, kNever);
    progress.announce("the cap is 300 %");
    progress.finish(end);
    EXPECT_EQ(sink.said.size(), std::string(end) == "done" ? 1U : 0U) << end;
  }
}

TEST(Progress, ARepeatedWarningIsOneWarning) {
  FakeSink sink;
  Progress progress(sink, kNever);
  progress.warn("dim");
  progress.warn("loud");
  progress.warn("dim");
  EXPECT_THAT(progress.warnings(), ElementsAre("dim", "loud"));
  EXPECT_THAT(sink.warned, ElementsAre("dim", "loud"));
  progress.say("found");
  EXPECT_THAT(sink.said, ElementsAre("found"));
}

TEST_F(ProgressFile, IsReplacedWholeAtEveryLook) {
  Progress progress(sink_, kNever);
  progress.begin("show", "r1", in("run/progress.json"));
  progress.phase("scan", 10, "frames");
  EXPECT_EQ(written().at("phase"), "scan");
  EXPECT_EQ(written().at("ep_id"), "show");
  EXPECT_EQ(written().at("run_id"), "r1");
  progress.add(4);
  progress.warn("dim");
  progress.finish("failed");
  EXPECT_EQ(written().at("phase"), "failed");
  EXPECT_EQ(written().at("done"), 4);
  EXPECT_EQ(written().at("warnings"), Json::array({"dim"}));
  EXPECT_EQ(leftovers(), 0);
}

TEST_F(ProgressFile, AReaderNeverSeesHalfOfIt) {
  Progress progress(sink_, kNever);
  progress.begin("show", "r1", in("run/progress.json"));
  progress.finish("scan");
  std::jthread writer([&](const std::stop_token& stop) {
    while (!stop.stop_requested()) progress.finish("scan");
  });
  for (int i = 0; i < 200; ++i) {
    const Json seen = Json::parse(read_text(in("run/progress.json")), nullptr, false);
    ASSERT_TRUE(seen.is_object()) << i;
  }
}

TEST_F(ProgressFile, ThatCannotBeWrittenIsSaidOnceAndDoesNotEndTheRun) {
  put(in("file"), "a file, no folder");
  Progress progress(sink_, kNever);
  progress.begin("show", "r1", in("file") / "progress.json");
  progress.phase("scan", 1, "frames");
  progress.finish("done");
  EXPECT_EQ(sink_.warned.size(), 2U);  // cpu.csv beside it
  EXPECT_EQ(sink_.shown.size(), 2U);
}

}  // namespace
}  // namespace screenalytics
