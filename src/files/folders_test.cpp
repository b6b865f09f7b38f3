// SPDX-License-Identifier: MIT
#include "files/folders.h"

#include "core/error.h"
#include "files/atomic_file.h"

#include <fstream>

#include <gtest/gtest.h>
#include <unistd.h>

namespace screenalytics {
namespace {

namespace fs = std::filesystem;

class Folders : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::temp_directory_path() / ("folders_" + std::to_string(getpid()));
    fs::create_directories(folder_);
  }
  void TearDown() override { fs::remove_all(folder_); }
  void put(const fs::path& path, const std::string& text) const { std::ofstream(path) << text; }
  fs::path folder_;
};

TEST_F(Folders, MakesAllThatAreMissing) {
  make_folders(folder_ / "a" / "b" / "c");
  EXPECT_TRUE(fs::is_directory(folder_ / "a" / "b" / "c"));
  EXPECT_NO_THROW(make_folders(folder_ / "a" / "b" / "c"));
}

TEST_F(Folders, AFileInTheWayIsAnError) {
  put(folder_ / "a", "");
  try {
    make_folders(folder_ / "a" / "b");
    FAIL() << "made a folder below a file";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::io);
    EXPECT_NE(std::string(error.what()).find("make the folder"), std::string::npos);
  }
}

TEST_F(Folders, RemovesWhatIsThereAndOnlyThat) {
  put(folder_ / "file", "");
  remove_file(folder_ / "file");
  EXPECT_FALSE(fs::exists(folder_ / "file"));
  EXPECT_NO_THROW(remove_file(folder_ / "file"));
  make_folders(folder_ / "a" / "b");
  remove_folder(folder_ / "a");
  EXPECT_FALSE(fs::exists(folder_ / "a"));
  EXPECT_NO_THROW(remove_folder(folder_ / "a"));
  EXPECT_THROW(remove_file(folder_), Error);
}

TEST_F(Folders, ExchangesTwoFolders) {
  make_folders(folder_ / "fresh");
  make_folders(folder_ / "old");
  put(folder_ / "fresh" / "file", "new");
  put(folder_ / "old" / "file", "old");
  exchange_folders(folder_ / "fresh", folder_ / "old");
  EXPECT_EQ(read_text(folder_ / "old" / "file"), "new");
  EXPECT_EQ(read_text(folder_ / "fresh" / "file"), "old");
}

}  // namespace
}  // namespace screenalytics
