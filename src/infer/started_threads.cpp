// SPDX-License-Identifier: MIT
#include "infer/started_threads.h"

#ifdef __linux__
#include <pthread.h>
#include <unistd.h>
#endif

#include <array>
#include <filesystem>
#include <fstream>
#include <string>
#include <system_error>

namespace screenalytics {

#ifdef __linux__

StartedThreads::StartedThreads() {
  std::array<char, 16> name{};
  pthread_getname_np(pthread_self(), name.data(), name.size());
  own_name_ = name.data();
  marker_ = "load-" + std::to_string(gettid());
  pthread_setname_np(pthread_self(), marker_.c_str());
}

StartedThreads::~StartedThreads() { pthread_setname_np(pthread_self(), own_name_.c_str()); }

int StartedThreads::count() const {
  int named = 0;
  std::error_code ignored;
  for (const auto& task : std::filesystem::directory_iterator("/proc/self/task", ignored)) {
    std::ifstream file(task.path() / "comm");
    std::string name;
    if (std::getline(file, name) && name == marker_) ++named;
  }
  return named > 0 ? named - 1 : 0;
}

#else

StartedThreads::StartedThreads() = default;
StartedThreads::~StartedThreads() = default;
int StartedThreads::count() const { return 0; }

#endif

}  // namespace screenalytics
