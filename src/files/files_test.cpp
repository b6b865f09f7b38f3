// SPDX-License-Identifier: MIT
#include "core/error.h"
#include "files/atomic_file.h"
#include "files/child_process.h"
#include "files/sha256.h"

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

namespace screenalytics {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

/// A folder of its own for each test, removed afterwards.
class FilesTest : public testing::Test {
 protected:
  FilesTest() {
    std::string pattern = (fs::temp_directory_path() / "files-test-XXXXXX").string();
    folder_ = ::mkdtemp(pattern.data());
  }
  ~FilesTest() override { fs::remove_all(folder_); }

  fs::path in(const std::string& name) const { return folder_ / name; }

  /// The kind and text of the Error that `action` throws.
  template <typename Action>
  static std::pair<ErrorKind, std::string> error_of(Action&& action) {
    try {
      action();
    } catch (const Error& error) {
      return {error.kind(), error.what()};
    }
    return {ErrorKind::internal, "no error was thrown"};
  }

  fs::path script(const std::string& name, const std::string& body) const {
    write_atomically(in(name), "#!/bin/sh\n" + body + "\n");
    fs::permissions(in(name), fs::perms::owner_all);
    return in(name);
  }

 private:
  fs::path folder_;
};

using AtomicFileTest = FilesTest;
using ChildProcessTest = FilesTest;
using Sha256Test = FilesTest;

TEST_F(Sha256Test, MatchesThePublishedVectors) {
  const std::string text = "abc";
  Sha256 hash;
  EXPECT_EQ(sha256_of({}), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  for (const char letter : text) {
    const auto byte = static_cast<std::uint8_t>(letter);
    hash.add({&byte, 1});
  }
  EXPECT_EQ(hash.hex(), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST_F(Sha256Test, OfAFileEqualsThatOfItsBytes) {
  const std::vector<std::uint8_t> bytes(3 * 1024 * 1024 + 7, 0x5a);
  write_atomically(in("large"), bytes);
  EXPECT_EQ(sha256_of_file(in("large")), sha256_of(bytes));
}

TEST_F(Sha256Test, OfAMissingFileOrAFolderIsAnError) {
  const auto [kind, text] = error_of([&] { sha256_of_file(in("none")); });
  EXPECT_EQ(kind, ErrorKind::not_found);
  EXPECT_THAT(text, HasSubstr("none"));
  EXPECT_EQ(error_of([&] { sha256_of_file(in(".")); }).first, ErrorKind::io);
}

TEST_F(AtomicFileTest, AppearsOnCommitWithItsHash) {
  AtomicFile file(in("a/b/result.json"));
  file.write("hello ");
  file.write("world");
  EXPECT_FALSE(fs::exists(in("a/b/result.json")));
  EXPECT_TRUE(fs::exists(in("a/b/result.json.part")));
  EXPECT_EQ(file.size(), 11U);
  const std::string hash = file.commit();
  EXPECT_EQ(hash, "b94d27b9934d3e08a52e52d7da7dabfac484efe37a5380ee9088f7ace2efcde9");
  EXPECT_EQ(read_text(in("a/b/result.json")), "hello world");
  EXPECT_FALSE(fs::exists(in("a/b/result.json.part")));
}

TEST_F(AtomicFileTest, WithoutCommitTheOldFileStaysAndThePartIsRemoved) {
  write_atomically(in("f"), "old");
  {
    AtomicFile file(in("f"));
    file.write("new");
  }
  EXPECT_EQ(read_text(in("f")), "old");
  EXPECT_FALSE(fs::exists(in("f.part")));
}

TEST_F(AtomicFileTest, ReaderOfTheOldFileKeepsItWhileItIsReplaced) {
  write_atomically(in("f"), "old and long");
  std::ifstream reader(in("f"));
  write_atomically(in("f"), "new");
  std::string seen;
  std::getline(reader, seen);
  EXPECT_EQ(seen, "old and long");
  EXPECT_EQ(read_text(in("f")), "new");
}

TEST_F(AtomicFileTest, HoldsMoreThanItsBufferByteForByte) {
  std::string text;
  for (int i = 0; text.size() < (std::size_t{5} << 19U); ++i) text += std::to_string(i);
  AtomicFile file(in("f"));
  file.write(std::string_view(text).substr(0, 1000));
  file.write(std::string_view(text).substr(1000));
  file.commit();
  EXPECT_EQ(read_text(in("f")), text);
}

TEST_F(AtomicFileTest, OverwritesAPartThatACrashLeftBehind) {
  std::ofstream(in("f.part")) << "a long rest of an earlier run";
  write_atomically(in("f"), "new");
  EXPECT_EQ(read_text(in("f")), "new");
}

TEST_F(AtomicFileTest, FullDiskIsNamedAndLeavesNothingBehind) {
  if (!fs::exists("/dev/full")) GTEST_SKIP() << "this system has no /dev/full";
  fs::create_symlink("/dev/full", in("big.part"));
  const std::string text(std::size_t{3} << 20U, 'x');
  const auto [kind, message] = error_of([&] { write_atomically(in("big"), text); });
  EXPECT_EQ(kind, ErrorKind::no_space);
  EXPECT_THAT(message, HasSubstr("the disk is full while writing"));
  EXPECT_THAT(message, HasSubstr("big"));
  EXPECT_THAT(message, HasSubstr("needs at least"));
  EXPECT_FALSE(fs::exists(in("big")));
  EXPECT_FALSE(fs::is_symlink(in("big.part")));
}

TEST_F(AtomicFileTest, FullDiskFoundOnlyAtTheEndIsAnErrorToo) {
  if (!fs::exists("/dev/full")) GTEST_SKIP() << "this system has no /dev/full";
  write_atomically(in("small"), "old");
  fs::create_symlink("/dev/full", in("small.part"));
  EXPECT_EQ(error_of([&] { write_atomically(in("small"), "new"); }).first, ErrorKind::no_space);
  EXPECT_EQ(read_text(in("small")), "old");
}

/// Lowers the largest file size for its lifetime, as `ulimit -f` does.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) : handler_(std::signal(SIGXFSZ, SIG_IGN)) {
    ::getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit now{bytes, before_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &now);
  }
  ~FileSizeLimit() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, handler_);
  }
  FileSizeLimit(const FileSizeLimit&) = delete;
  FileSizeLimit& operator=(const FileSizeLimit&) = delete;

 private:
  rlimit before_{};
  void (*handler_)(int);
};

TEST_F(AtomicFileTest, WriteThatStopsHalfWayKeepsTheOldFile) {
  write_atomically(in("f"), "old");
  const auto [kind, message] = error_of([&] {
    const FileSizeLimit limit(100000);
    write_atomically(in("f"), std::string(std::size_t{2} << 20U, 'x'));
  });
  EXPECT_EQ(kind, ErrorKind::io);
  EXPECT_THAT(message, HasSubstr("File too large"));
  EXPECT_EQ(read_text(in("f")), "old");
  EXPECT_FALSE(fs::exists(in("f.part")));
}

TEST_F(AtomicFileTest, PlacesThatCannotBeWrittenAreNamed) {
  write_atomically(in("file"), "x");
  const auto below_a_file = error_of([&] { write_atomically(in("file/below"), "x"); });
  EXPECT_EQ(below_a_file.first, ErrorKind::io);
  EXPECT_THAT(below_a_file.second, HasSubstr("below"));
  fs::create_directory(in("folder"));
  const auto onto_a_folder = error_of([&] { write_atomically(in("folder"), "x"); });
  EXPECT_EQ(onto_a_folder.first, ErrorKind::io);
  EXPECT_FALSE(fs::exists(in("folder.part")));
  const auto on_a_sealed_system = error_of([&] { write_atomically("/proc/cannot/write", "x"); });
  EXPECT_EQ(on_a_sealed_system.first, ErrorKind::io);
}

TEST_F(AtomicFileTest, FolderWithoutWritePermissionIsAnIoError) {
  if (::geteuid() == 0) GTEST_SKIP() << "root may write everywhere";
  fs::create_directory(in("sealed"));
  fs::permissions(in("sealed"), fs::perms::owner_read | fs::perms::owner_exec);
  const auto [kind, message] = error_of([&] { write_atomically(in("sealed/f"), "x"); });
  EXPECT_EQ(kind, ErrorKind::io);
  EXPECT_THAT(message, HasSubstr("permissions"));
}

TEST_F(AtomicFileTest, ReadingSaysWhichFileIsMissing) {
  const auto [kind, message] = error_of([&] { read_text(in("none.json")); });
  EXPECT_EQ(kind, ErrorKind::not_found);
  EXPECT_THAT(message, HasSubstr("none.json"));
  EXPECT_EQ(error_of([&] { read_bytes(in(".")); }).first, ErrorKind::io);
}

TEST_F(AtomicFileTest, ReadsEmptyFilesAndFilesWithoutASize) {
  write_atomically(in("empty"), "");
  EXPECT_EQ(read_text(in("empty")), "");
  EXPECT_TRUE(read_bytes(in("empty")).empty());
  EXPECT_THAT(read_text("/proc/self/status"), HasSubstr("Pid:"));
}

TEST_F(ChildProcessTest, GivesExitCodeAndBothOutputs) {
  const auto result = run_program({"/bin/sh", "-c", "echo out; echo err >&2; exit 7"}, in("."));
  EXPECT_EQ(result.exit_code, 7);
  EXPECT_EQ(result.output, "out\nerr\n");
}

TEST_F(ChildProcessTest, PassesArgumentsWithoutAShell) {
  const auto echo = script("echo-args", "for a in \"$@\"; do printf '[%s]' \"$a\"; done");
  EXPECT_EQ(run_program({echo.string(), "a b", "$HOME;", "*", ""}, in(".")).output,
            "[a b][$HOME;][*][]");
}

TEST_F(ChildProcessTest, RunsInTheFolderWithoutInput) {
  const auto result = run_program({"/bin/sh", "-c", "cat; pwd"}, in("."));
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_THAT(result.output, HasSubstr(fs::canonical(in(".")).string()));
}

TEST_F(ChildProcessTest, OutputBeyondThePipeNeitherBlocksNorGrows) {
  const auto result = run_program(
      {"/bin/sh", "-c", "i=0; while [ $i -lt 20000 ]; do echo line $i; i=$((i+1)); done"}, in("."));
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_LE(result.output.size(), 64U * 1024);
  EXPECT_THAT(result.output, HasSubstr("line 19999\n"));
}

TEST_F(ChildProcessTest, SignalIsTold) {
  EXPECT_EQ(run_program({"/bin/sh", "-c", "kill -9 $$"}, in(".")).exit_code, 128 + SIGKILL);
}

TEST_F(ChildProcessTest, GrandchildThatKeepsThePipeOpenIsNotWaitedFor) {
  const auto start = std::chrono::steady_clock::now();
  const auto result = run_program({"/bin/sh", "-c", "sleep 30 & echo $!"}, in("."));
  const auto taken = std::chrono::steady_clock::now() - start;
  EXPECT_LT(taken, std::chrono::seconds(10));
  const int grandchild = std::stoi(result.output);
  EXPECT_EQ(::kill(grandchild, SIGKILL), 0);
}

TEST_F(ChildProcessTest, MissingProgramOrFolderIsUnavailable) {
  const auto missing = error_of([&] { run_program({"no-such-program-here"}, in(".")); });
  EXPECT_EQ(missing.first, ErrorKind::unavailable);
  EXPECT_THAT(missing.second, HasSubstr("no-such-program-here"));
  const auto nowhere = error_of([&] { run_program({"/bin/sh", "-c", "true"}, in("nowhere")); });
  EXPECT_EQ(nowhere.first, ErrorKind::unavailable);
  EXPECT_THAT(nowhere.second, HasSubstr("nowhere"));
}

TEST_F(ChildProcessTest, ProgramsAreFoundByNameAndByPath) {
  EXPECT_TRUE(find_program("sh"));
  EXPECT_FALSE(find_program("no-such-program-here"));
  EXPECT_FALSE(find_program(""));
  EXPECT_EQ(find_program(script("tool", "true").string()), in("tool"));
  write_atomically(in("not-executable"), "x");
  EXPECT_FALSE(find_program(in("not-executable").string()));
  EXPECT_FALSE(find_program(in(".").string()));
}

}  // namespace
}  // namespace screenalytics
