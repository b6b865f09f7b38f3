// SPDX-License-Identifier: MIT
#include "budget/cpu_windows.h"

#include <gtest/gtest.h>

namespace screenalytics {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

// Feeds one reading after another: time that passed, CPU time used in it.
class Feed {
 public:
  Feed() { windows.add(at_, {}); }
  void add(milliseconds elapsed, milliseconds used) {
    at_ += elapsed;
    cpu_ += used;
    windows.add(at_, cpu_);
  }
  void add(int times, milliseconds elapsed, milliseconds used) {
    for (int i = 0; i < times; ++i) add(elapsed, used);
  }
  CpuWindows windows;

 private:
  steady_clock::time_point at_;
  std::chrono::nanoseconds cpu_{};
};

TEST(CpuWindows, NothingToSayBeforeAWindowHasPassed) {
  Feed feed;
  EXPECT_FALSE(feed.windows.use(0));
  EXPECT_DOUBLE_EQ(feed.windows.mean(), 0);
  feed.add(milliseconds(60), milliseconds(60));
  EXPECT_FALSE(feed.windows.use(0));
  feed.add(milliseconds(60), milliseconds(0));
  EXPECT_DOUBLE_EQ(feed.windows.use(0)->max, 50);
  EXPECT_FALSE(feed.windows.newest(1));
}

TEST(CpuWindows, SteadyUseIsTheSameInEveryWindow) {
  Feed feed;
  feed.add(150, milliseconds(100), milliseconds(130));
  for (std::size_t i = 0; i < kWindowLengths.size(); ++i) {
    ASSERT_TRUE(feed.windows.use(i)) << i;
    EXPECT_NEAR(feed.windows.use(i)->max, 130, 1e-6) << i;
    EXPECT_NEAR(feed.windows.use(i)->p99, 130, 1e-6) << i;
    EXPECT_NEAR(feed.windows.use(i)->mean, 130, 1e-6) << i;
  }
  EXPECT_NEAR(feed.windows.mean(), 130, 1e-6);
}

TEST(CpuWindows, ABurstShowsInShortWindowsMost) {
  Feed feed;
  feed.add(100, milliseconds(100), milliseconds(50));
  feed.add(milliseconds(100), milliseconds(150));
  feed.add(100, milliseconds(100), milliseconds(50));
  EXPECT_NEAR(feed.windows.use(0)->max, 150, 1e-6);
  EXPECT_NEAR(feed.windows.use(1)->max, 60, 1e-6);
  EXPECT_NEAR(feed.windows.use(2)->max, 51, 1e-6);
  EXPECT_NEAR(feed.windows.use(0)->p99, 50, 0.1);
}

TEST(CpuWindows, UseIsTakenOverTheTimeThatPassed) {
  Feed feed;
  feed.add(milliseconds(250), milliseconds(125));  // a late reading
  EXPECT_DOUBLE_EQ(feed.windows.use(0)->max, 50);
  feed.add(milliseconds(99), milliseconds(99));  // as good as 0.1 s
  EXPECT_NEAR(*feed.windows.newest(0), 100, 1e-6);
}

TEST(CpuWindows, WindowsSlideOverFinerReadings) {
  Feed feed;
  for (int i = 0; i < 10; ++i) {
    feed.add(milliseconds(50), milliseconds(0));
    feed.add(milliseconds(50), milliseconds(50));
  }
  EXPECT_NEAR(feed.windows.use(0)->max, 50, 1e-6);
  feed.add(milliseconds(50), milliseconds(50));  // right after a busy half
  EXPECT_NEAR(feed.windows.use(0)->max, 100, 1e-6);
}

TEST(CpuWindows, P99LeavesOutOneInAHundred) {
  Feed feed;
  feed.add(195, milliseconds(100), milliseconds(20));
  feed.add(5, milliseconds(100), milliseconds(80));
  EXPECT_NEAR(feed.windows.use(0)->p99, 80, 0.1);
  Feed rare;
  rare.add(199, milliseconds(100), milliseconds(20));
  rare.add(milliseconds(100), milliseconds(80));
  EXPECT_NEAR(rare.windows.use(0)->p99, 20, 0.1);
  EXPECT_NEAR(rare.windows.use(0)->max, 80, 0.1);
}

}  // namespace
}  // namespace screenalytics
