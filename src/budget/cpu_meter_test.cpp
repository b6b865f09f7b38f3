// SPDX-License-Identifier: MIT
#include "budget/cpu_meter.h"

#include <latch>
#include <thread>

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

namespace screenalytics {
namespace {

using std::chrono::milliseconds;

void burn(milliseconds amount) {
  const auto end = read_cpu().cpu + amount;
  while (read_cpu().cpu < end) {
  }
}

TEST(CpuMeter, KnowsWhenTheProcessWasStarted) {
  const auto start = process_start();
  EXPECT_EQ(start, process_start());
  const auto age = std::chrono::steady_clock::now() - start;
  EXPECT_GE(age + milliseconds(20), read_cpu().cpu);  // one thread cannot have used more
  EXPECT_LT(age, std::chrono::hours(1));
}

TEST(CpuMeter, SeesTheCpuTimeOfThisProcess) {
  const auto before = read_cpu();
  burn(milliseconds(30));
  const auto after = read_cpu();
  EXPECT_GE(after.cpu - before.cpu, milliseconds(30));
  EXPECT_GT(percent_between(before, after), 0);
}

TEST(CpuMeter, SeesTheCpuTimeOfChildrenThatWereWaitedFor) {
  const auto before = read_cpu();
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    burn(milliseconds(50));
    _exit(0);
  }
  waitpid(child, nullptr, 0);
  EXPECT_GE(read_cpu().cpu - before.cpu, milliseconds(45));
}

TEST(CpuMeter, CountsThreads) {
  const int before = thread_count();
  std::latch end(1);
  {
    std::jthread waiting([&] { end.wait(); });
    EXPECT_EQ(thread_count(), before + 1);
    EXPECT_EQ(read_cpu().threads, before + 1);
    end.count_down();
  }
  EXPECT_GE(before, 1);
}

TEST(CpuMeter, SeesMemory) {
  const auto reading = read_cpu();
  EXPECT_GT(reading.rss_bytes, 1 << 16);
  EXPECT_GE(reading.peak_rss_bytes, reading.rss_bytes);
}

TEST(CpuMeter, PercentIsOfOneCoreAndZeroOverNoTime) {
  CpuReading before;
  CpuReading after;
  EXPECT_DOUBLE_EQ(percent_between(before, after), 0);
  after.at = before.at + milliseconds(100);
  after.cpu = milliseconds(150);
  EXPECT_DOUBLE_EQ(percent_between(before, after), 150);
}

}  // namespace
}  // namespace screenalytics
