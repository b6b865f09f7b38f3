// SPDX-License-Identifier: MIT
#pragma once

#include "files/atomic_file.h"
#include "models/install.h"
#include "models/test_folder.h"

#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

namespace screenalytics {

/// Collects what is reported.
class Lines {
 public:
  InstallReport sink() {
    return [this](const std::string& line) { lines_.push_back(line); };
  }
  const std::vector<std::string>& all() const { return lines_; }

 private:
  std::vector<std::string> lines_;
};

/// Stand-in clients first on PATH, or alone on it, for the lifetime of the object.
class StandInClients {
 public:
  explicit StandInClients(bool alone = false) : before_(std::getenv("PATH")) {
    const std::string rest = alone ? "" : ":" + before_;
    ::setenv("PATH", (folder_.path().string() + rest).c_str(), 1);
  }
  ~StandInClients() { ::setenv("PATH", before_.c_str(), 1); }
  StandInClients(const StandInClients&) = delete;
  StandInClients& operator=(const StandInClients&) = delete;

  void add(const std::string& name, const std::string& script) const {
    write_atomically(folder_ / name, "#!/bin/sh\n" + script + "\n");
    std::filesystem::permissions(folder_ / name, std::filesystem::perms::owner_all);
  }

 private:
  TestFolder folder_;
  std::string before_;
};

}  // namespace screenalytics
