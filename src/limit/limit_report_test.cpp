// SPDX-License-Identifier: MIT
#include "limit/limit_report.h"

#include <chrono>

#include <gtest/gtest.h>

namespace screenalytics {
namespace {

using namespace std::chrono_literals;

LimitOutcome two_seconds_of_half_a_core() {
  LimitOutcome outcome{.command = {"make", "-j8"}, .exit_code = 2, .ended_by = "command"};
  const auto begin = std::chrono::steady_clock::time_point();
  for (int i = 0; i <= 20; ++i) outcome.windows.add(begin + i * 100ms, i * 50ms);
  outcome.wall_seconds = 2;
  outcome.cpu_seconds = 1;
  outcome.threads = 9;
  return outcome;
}

LimitPlan half_a_core() {
  LimitPlan plan;
  plan.asked_percent = 50;
  plan.percent = 50;
  plan.method = LimitMethod::cgroup;
  plan.cpus = {1};
  return plan;
}

TEST(LimitReport, HasEverythingThatWasMeasured) {
  const Json json = to_json(half_a_core(), two_seconds_of_half_a_core());
  EXPECT_EQ(json.at("command").dump(), R"(["make","-j8"])");
  EXPECT_EQ(json.at("method"), "cgroup");
  EXPECT_EQ(json.at("mean_percent"), 50.0);
  EXPECT_EQ(json.at("windows").at("1").at("max"), 50.0);
  EXPECT_EQ(json.at("windows").at("10"), nullptr);
  EXPECT_EQ(json.at("signal"), nullptr);
  EXPECT_EQ(json.at("peak_threads"), 9);
}

TEST(LimitReport, OneLineTellsUseCapAndExitCode) {
  EXPECT_EQ(one_line(half_a_core(), two_seconds_of_half_a_core()),
            "screenalytics limit: CPU 1.00 s in 2.00 s, mean 50 %, at most 50.0 % in any second, "
            "cap 50 % by cgroup; exit code 2");
  LimitPlan none;
  EXPECT_EQ(one_line(none, LimitOutcome{.command = {"true"}}),
            "screenalytics limit: CPU 0.00 s in 0.00 s, mean 0 %, no cap; exit code 0");
}

}  // namespace
}  // namespace screenalytics
