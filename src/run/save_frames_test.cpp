// SPDX-License-Identifier: MIT
#include "run/save_frames.h"

#include "store/test_folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace screenalytics {
namespace {

class FileList : public TestFolder {};

TEST_F(FileList, IsSortedAndRelativeToTheRun) {
  const RunFolder run(folder(), "show", "r1");
  std::filesystem::create_directories(run.file("thumbs/track_0002"));
  std::filesystem::create_directories(run.file("thumbs/track_0001"));
  put(run.file("thumbs/track_0002/b.jpg"), "b");
  put(run.file("thumbs/track_0001/a.jpg"), "a");
  std::vector<std::string> names{"tracks.jsonl"};
  add_files(run, "thumbs", names);
  add_files(run, "crops", names);  // not there
  EXPECT_THAT(
      names,
      testing::ElementsAre("tracks.jsonl", "thumbs/track_0001/a.jpg", "thumbs/track_0002/b.jpg"));
}

}  // namespace
}  // namespace screenalytics
