// SPDX-License-Identifier: MIT
#include "budget/cpu_sampler.h"

#include "budget/fake_machine_test.h"
#include "budget/test_children.h"

#include <latch>
#include <sstream>

#include <gmock/gmock.h>

namespace screenalytics {
namespace {

using std::chrono::milliseconds;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class Sampled : public FakeMachine {
 protected:
  std::filesystem::path file() const { return root() / "cpu.csv"; }
  std::vector<std::string> lines() const {
    std::vector<std::string> all;
    std::ifstream in(file());
    for (std::string line; std::getline(in, line);) all.push_back(line);
    return all;
  }
};

TEST_F(Sampled, MeasuresWithoutAnyCap) {
  CpuSampler sampler({.interval = milliseconds(20)});
  EXPECT_TRUE(eventually([&] {
    burn_cpu(milliseconds(5));
    return sampler.report().windows[0].has_value();
  }));
  const auto report = sampler.report();
  EXPECT_GT(report.windows[0]->max, 1);
  EXPECT_GE(report.windows[0]->max, report.windows[0]->mean);
  EXPECT_FALSE(report.windows[2]);
  EXPECT_GE(report.peak_threads, 2);
  EXPECT_GT(report.peak_rss_bytes, 1 << 16);
  EXPECT_EQ(report.over_cap_events, 0);
  EXPECT_FALSE(report.enforcement);
}

TEST_F(Sampled, CountsChildren) {
  CpuSampler sampler({.interval = milliseconds(20)});
  const auto before = sampler.report().last;
  const Child child([] {
    burn_cpu(milliseconds(50));
    pause_forever();
  });
  EXPECT_TRUE(
      eventually([&] { return sampler.report().last.cpu - before.cpu >= milliseconds(50); }));
  EXPECT_EQ(sampler.report().last.processes, 2);
}

TEST_F(Sampled, WritesATimeLineAlsoOfWhatWasBefore) {
  put("cpu.csv", "of an earlier run\n");
  {
    CpuSampler sampler({.interval = milliseconds(10), .cap_percent = 200});
    std::this_thread::sleep_for(milliseconds(60));
    sampler.phase("scan");
    sampler.save_to(file());
    EXPECT_GE(lines().size(), 2U);
    std::this_thread::sleep_for(milliseconds(60));
  }
  const auto all = lines();
  ASSERT_GE(all.size(), 4U);
  EXPECT_EQ(all[0], "elapsed_s,cpu_percent,cap_percent,threads,processes,rss_mb,throttled_s,phase");
  EXPECT_THAT(all[1],
              testing::MatchesRegex("0\\.[0-9]+,[0-9.]+,200\\.0,[0-9]+,1,[0-9.]+,0\\.000,start"));
  EXPECT_THAT(all.back(), testing::EndsWith(",scan"));
}

TEST_F(Sampled, SaysOnceThatUseIsFarAboveTheCap) {
  CpuSampler sampler({.interval = milliseconds(20), .cap_percent = 1});
  std::atomic<bool> end = false;
  std::jthread busy([&] {
    while (!end) burn_cpu(milliseconds(1));
  });
  std::vector<std::string> said;
  EXPECT_TRUE(eventually([&] {
    for (auto& text : sampler.take_warnings()) said.push_back(text);
    return sampler.report().over_cap_events >= 3;
  }));
  end = true;
  EXPECT_THAT(said, ElementsAre(HasSubstr("more than 50 points above the cap of 1 %")));
}

TEST_F(Sampled, SaysThatThereAreMoreThreadsThanExpected) {
  CpuSampler sampler({.interval = milliseconds(10)});
  sampler.expect_threads(2);
  std::latch end(1);
  const auto wait = [&] { end.wait(); };
  std::vector<std::jthread> pool;
  for (int i = 0; i < 3; ++i) pool.emplace_back(wait);
  std::vector<std::string> said;
  EXPECT_TRUE(eventually([&] {
    for (auto& text : sampler.take_warnings()) said.push_back(text);
    return !said.empty() && said.back().starts_with("5 threads");
  }));
  end.count_down();
}

TEST_F(Sampled, AFileThatCannotBeWrittenIsSaid) {
  put("file", "a file, no folder");
  CpuSampler sampler({.interval = milliseconds(10)});
  sampler.save_to(root() / "file" / "cpu.csv");
  EXPECT_THAT(sampler.take_warnings(), ElementsAre(HasSubstr("cannot be written")));
}

TEST_F(Sampled, CostsLittle) {
  CpuSampler sampler({});
  const auto before = sampler.report();
  std::this_thread::sleep_for(milliseconds(1500));
  const auto after = sampler.report();
  const double share = static_cast<double>((after.own_cpu - before.own_cpu).count()) /
                       static_cast<double>((after.last.at - before.last.at).count());
  EXPECT_LT(share, 0.02);  // a loaded machine and sanitizers make it dearer; 0.001 is usual
}

TEST_F(Sampled, LooksAfterTheEnforcement) {
  const auto allowance = read_allowance(nullptr);
  ComputingThreads threads;
  CpuEnforcement held(plan_cap(50, allowance, CpuMethod::automatic),
                      allowance,
                      threads,
                      {.claims = root() / "claims"});
  CpuSampler sampler({.interval = milliseconds(10), .cap_percent = 50, .enforcement = &held});
  std::jthread worker([&](const std::stop_token& stop) {
    threads.enter();
    while (!stop.stop_requested()) burn_cpu(milliseconds(1));
    threads.leave();
  });
  EXPECT_TRUE(eventually([&] { return sampler.report().throttled > milliseconds(20); }));
  EXPECT_EQ(sampler.report().enforcement->method, "affinity+governor");
  EXPECT_THAT(sampler.take_warnings(), IsEmpty());
}

TEST(BusiestSecond, IsTheHighestWindowOfASecond) {
  CpuReport report;
  report.last.cpu = std::chrono::seconds(30);
  report.windows[1] = WindowUse{.max = 140, .p99 = 120, .mean = 90};
  EXPECT_DOUBLE_EQ(busiest_second(report), 140);
}

TEST(BusiestSecond, OfAShorterRunIsAllThatItTook) {
  CpuReport report;
  report.last.cpu = std::chrono::milliseconds(1200);  // on two cores, in less than a second
  EXPECT_DOUBLE_EQ(busiest_second(report), 120);
}

}  // namespace
}  // namespace screenalytics
