// SPDX-License-Identifier: MIT
#include "files/started_command.h"

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <stdexcept>

#include <gtest/gtest.h>
#include <pthread.h>
#include <sys/wait.h>
#include <unistd.h>

namespace screenalytics {
namespace {

namespace fs = std::filesystem;

CommandStart command(const std::vector<std::string>& words) {
  CommandStart start{.words = words};
  sigemptyset(&start.mask);
  return start;
}

int end_of(pid_t id) {
  int status = 0;
  EXPECT_EQ(::waitpid(id, &status, 0), id);
  return exit_code_of_status(status);
}

TEST(StartedCommand, RunsAndItsEndIsToldAsShellsDo) {
  const auto fine = start_command(command({"sh", "-c", "exit 7"}));
  EXPECT_EQ(fine.error_number, 0);
  EXPECT_EQ(end_of(fine.id), 7);
  EXPECT_EQ(end_of(start_command(command({"sh", "-c", "kill -TERM $$"})).id), 128 + SIGTERM);
}

TEST(StartedCommand, AProgramThatIsNotThereIs127AndOneThatCannotRun126) {
  const auto missing = start_command(command({"no-such-program-anywhere"}));
  EXPECT_EQ(missing.error_number, ENOENT);
  EXPECT_EQ(end_of(missing.id), 127);
  const auto folder = start_command(command({"/tmp"}));
  EXPECT_EQ(folder.error_number, EACCES);
  EXPECT_EQ(end_of(folder.id), 126);
}

TEST(StartedCommand, CallsBeforeWithTheProcessThatWillRun) {
  auto start = command({"sh", "-c", "exit 0"});
  pid_t seen = 0;
  start.before = [&](pid_t id) { seen = id; };
  const auto started = start_command(start);
  EXPECT_EQ(seen, started.id);
  EXPECT_EQ(end_of(started.id), 0);
}

TEST(StartedCommand, NothingRunsWhenBeforeFails) {
  const fs::path mark = fs::temp_directory_path() / ("started_" + std::to_string(getpid()));
  auto start = command({"touch", mark.string()});
  start.before = [](pid_t) { throw std::runtime_error("no"); };
  EXPECT_THROW((void)start_command(start), std::runtime_error);
  EXPECT_FALSE(fs::exists(mark));
  EXPECT_EQ(::waitpid(-1, nullptr, WNOHANG), -1);
}

TEST(StartedCommand, TheProgramHasTheMaskThatItIsGiven) {
  sigset_t blocked;
  sigset_t before;
  sigemptyset(&blocked);
  sigaddset(&blocked, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &blocked, &before);
  const auto started = start_command(command({"sh", "-c", "kill -TERM $$; exit 3"}));
  EXPECT_EQ(end_of(started.id), 128 + SIGTERM);
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

}  // namespace
}  // namespace screenalytics
