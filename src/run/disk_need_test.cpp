// SPDX-License-Identifier: MIT
#include "run/disk_need.h"

#include "store/test_folder.h"

#include <gmock/gmock.h>

namespace screenalytics {
namespace {

using testing::HasSubstr;

class DiskNeeds : public TestFolder {
 protected:
  /// So many frames, every fourth sampled, all decoded.
  DiskNeed need(int frames, const Settings& settings = {}) {
    index_.info.size = {1920, 1080};
    ScanPlan plan{.index = index_};
    plan.decode.assign(static_cast<std::size_t>(frames), true);
    for (int i = 0; i < frames; i += 4) plan.samples.push_back({i});
    return disk_need(plan, settings);
  }
  VideoIndex index_;
};

TEST_F(DiskNeeds, GrowWithTheVideoAndWithWhatIsKept) {
  const DiskNeed minute = need(1500);
  const DiskNeed hour = need(90'000);
  EXPECT_EQ(hour.certain, 60 * minute.certain);
  EXPECT_GT(minute.certain, 1500U * 1728U) << "a signature for each decoded frame";
  EXPECT_GT(minute.likely, minute.certain);
  Settings all;
  all.pick.samples = SampleChoice::all;
  EXPECT_GT(need(1500, all).likely, minute.likely);
  Settings frames;
  frames.output.save_frames = true;
  EXPECT_GT(need(1500, frames).likely, minute.likely);
}

TEST_F(DiskNeeds, RefusesWhatCertainlyDoesNotFitAndSaysTheNumbers) {
  const DiskNeed need{.certain = 5'000'000, .likely = 9'000'000};
  const auto refusal = refusal_of([&] { check_disk(need, 0, 4'999'999, "data/e/runs/r"); });
  EXPECT_EQ(refusal.kind, ErrorKind::no_space);
  EXPECT_THAT(refusal.text, HasSubstr("needs at least 5 MB, 4 MB are free"));
  EXPECT_THAT(refusal.text, HasSubstr("'data/e/runs/r'"));
}

TEST_F(DiskNeeds, WarnsWhenItMayNotFit) {
  const DiskNeed need{.certain = 5'000'000, .likely = 9'000'000};
  EXPECT_THAT(check_disk(need, 0, 5'000'000, "r").value_or(""), HasSubstr("about 9 MB"));
  EXPECT_FALSE(check_disk(need, 0, 9'000'000, "r"));
}

TEST_F(DiskNeeds, WhatIsThereAlreadyNeedsNoRoom) {
  const DiskNeed need{.certain = 5'000'000, .likely = 9'000'000};
  EXPECT_NO_THROW(check_disk(need, 4'000'000, 1'000'000, "r"));
  EXPECT_FALSE(check_disk(need, 8'000'000, 1'000'000, "r"));
  EXPECT_FALSE(check_disk(need, 0, std::nullopt, "r")) << "a file system that does not say";
}

TEST_F(DiskNeeds, BytesAreAddedUp) {
  std::filesystem::create_directories(in("a/b"));
  put(in("a/one"), "123");
  put(in("a/b/two"), "45");
  EXPECT_EQ(bytes_below(in("a")), 5U);
  EXPECT_EQ(bytes_below(in("none")), 0U);
  EXPECT_GT(free_bytes(in("not/yet/there")).value_or(0), 0U);
}

}  // namespace
}  // namespace screenalytics
