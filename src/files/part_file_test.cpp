// SPDX-License-Identifier: MIT
#include "files/part_file.h"

#include "core/error.h"
#include "files/atomic_file.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include <gtest/gtest.h>

namespace screenalytics {
namespace {

namespace fs = std::filesystem;

class PartFileTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = (fs::temp_directory_path() / "part_file_XXXXXX").string();
    ASSERT_NE(mkdtemp(name.data()), nullptr);
    folder_ = name;
  }
  void TearDown() override { fs::remove_all(folder_); }
  fs::path folder_;
};

TEST_F(PartFileTest, AppearsWholeInAFolderThatItMakes) {
  const fs::path path = folder_ / "new" / "video.mp4";
  PartFile file(path);
  std::ofstream(file.part()) << "everything";
  EXPECT_FALSE(fs::exists(path));
  file.commit();
  EXPECT_EQ(read_text(path), "everything");
  EXPECT_FALSE(fs::exists(file.part()));
}

TEST_F(PartFileTest, WithoutCommitThePartGoesAndTheOldFileStays) {
  const fs::path path = folder_ / "video.mp4";
  std::ofstream(path) << "old";
  {
    const PartFile file(path);
    std::ofstream(file.part()) << "half";
  }
  EXPECT_EQ(read_text(path), "old");
  EXPECT_FALSE(fs::exists(path.string() + ".part"));
}

TEST_F(PartFileTest, APlaceThatCannotBeWrittenIsSaid) {
  std::ofstream(folder_ / "file") << "no folder";
  try {
    const PartFile file(folder_ / "file" / "video.mp4");
    FAIL() << "made a folder inside a file";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::io);
    EXPECT_NE(std::string(error.what()).find("video.mp4"), std::string::npos) << error.what();
  }
}

}  // namespace
}  // namespace screenalytics
