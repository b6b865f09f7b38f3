// SPDX-License-Identifier: MIT
#pragma once

#include "core/error.h"
#include "files/atomic_file.h"

#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <string_view>

#include <gtest/gtest.h>
#include <unistd.h>

namespace screenalytics {

/// A test with an empty folder of its own.
class TestFolder : public testing::Test {
 public:
  const std::filesystem::path& folder() const { return folder_; }
  std::filesystem::path in(const std::string& name) const { return folder_ / name; }
  /// Names in the folder that are not finished files.
  int leftovers() const {
    int count = 0;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder_)) {
      count += entry.path().extension() == ".part" ? 1 : 0;
    }
    return count;
  }

  /// Without the sync that makes an atomic write slow, for tests that write thousands.
  static void put(const std::filesystem::path& path, std::string_view bytes) {
    std::ofstream(path, std::ios::binary)
        .write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  }

 protected:
  void SetUp() override {
    const auto* test = testing::UnitTest::GetInstance()->current_test_info();
    folder_ = std::filesystem::temp_directory_path() /
              ("store_" + std::string(test->test_suite_name()) + "_" + test->name() + "_" +
               std::to_string(getpid()));
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

 private:
  std::filesystem::path folder_;
};

/// Kind and message of the Error that `call` throws; the kind is empty when it throws none.
struct Refusal {
  std::optional<ErrorKind> kind;
  std::string text;
};

template <typename Call>
Refusal refusal_of(const Call& call) {
  try {
    call();
    return {};
  } catch (const Error& error) {
    return {error.kind(), error.what()};
  }
}

}  // namespace screenalytics
