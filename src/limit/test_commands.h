// SPDX-License-Identifier: MIT
#pragma once

#include "limit/limit_run.h"
#include "limit/process_look.h"

#include <chrono>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

namespace screenalytics {

inline bool eventually(const auto& condition) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (std::chrono::steady_clock::now() < end) {
    if (condition()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  return false;
}

inline std::string text_in(const std::filesystem::path& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

/// A folder of its own for each test, and a word in it that marks the processes of the test.
class Commands : public testing::Test {
 protected:
  Commands() {
    std::string pattern = (std::filesystem::temp_directory_path() / "limit-test-XXXXXX").string();
    folder_ = ::mkdtemp(pattern.data());
  }
  ~Commands() override {
    for (const pid_t left : marked()) ::kill(left, SIGKILL);
    std::filesystem::remove_all(folder_);
  }
  std::filesystem::path in(const std::string& name) const { return folder_ / name; }
  /// sh -c `script`, with this test's folder as $0.
  std::vector<std::string> shell(const std::string& script) const {
    return {"/bin/sh", "-c", script, folder_.string()};
  }
  /// The test program that takes all the CPU it can get.
  std::vector<std::string> spin(std::vector<std::string> words) const {
    words.insert(words.begin(), SCREENALYTICS_SPIN);
    words.push_back(folder_.string());
    return words;
  }
  /// Processes that have the folder's name on their command line.
  std::vector<pid_t> marked() const {
    std::vector<pid_t> found;
    for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
      const std::string name = entry.path().filename();
      if (name.find_first_not_of("0123456789") != std::string::npos) continue;
      if (text_in(entry.path() / "cmdline").find(folder_.string()) != std::string::npos)
        found.push_back(std::stoi(name));
    }
    return found;
  }
  bool any_stopped() const {
    for (const pid_t process : marked()) {
      const auto look = look_at_process(process);
      if (look && look->state == 'T') return true;
    }
    return false;
  }
  bool all_stopped() const {
    bool all = true;
    for (const pid_t process : marked()) {
      const auto look = look_at_process(process);
      all = all && look && look->state == 'T';
    }
    return all;
  }

 private:
  std::filesystem::path folder_;
};

/// A process that runs `run_limited`, as the program does; killed in the destructor.
class Limited {
 public:
  explicit Limited(const LimitOptions& options) : id_(fork()) {
    if (id_ != 0) return;
    setpgid(0, 0);
    int code = 99;
    try {
      code = run_limited(options, read_allowance(nullptr));
    } catch (const std::exception& error) {
      std::fprintf(stderr, "%s\n", error.what());
    }
    _exit(code);
  }
  Limited(const Limited&) = delete;
  Limited& operator=(const Limited&) = delete;
  ~Limited() {
    if (id_ > 0) ::kill(id_, SIGKILL);
    wait();
  }
  pid_t id() const { return id_; }
  pid_t keeper() const {
    const auto below = processes_below(id_);
    return below.empty() ? -1 : below.front();
  }
  void send(int signal) const { ::kill(id_, signal); }
  /// The exit code; 128 + N when signal N killed the wrapper.
  int wait() {
    int status = 0;
    if (id_ > 0) ::waitpid(id_, &status, 0);
    id_ = -1;
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
  }
  bool is_stopped() const {
    int status = 0;
    return ::waitpid(id_, &status, WNOHANG | WUNTRACED) == id_ && WIFSTOPPED(status);
  }

 private:
  pid_t id_;
};

}  // namespace screenalytics
