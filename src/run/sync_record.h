// SPDX-License-Identifier: MIT
#pragma once

#include "run/sync_plan.h"

#include <filesystem>
#include <fstream>
#include <mutex>
#include <string>

namespace screenalytics {

/// Remembers, beside the run, what was sent to one place: a line an object, appended as each is
/// done, so that the next sync asks the store for one listing only. It is a memory, not a truth:
/// lost or torn lines cost questions, and an ETag that is not the store's own makes a line
/// worthless. Thread-safe.
class SyncRecord {
 public:
  /// Reads what is there; lines that are damaged do not count. Throws Error{io or no_space} when
  /// nothing can be written there.
  explicit SyncRecord(std::filesystem::path path);
  const KnownObjects& known() const { return known_; }
  void add(const std::string& name, const KnownObject& object);
  /// Replaces the file by what is known of these files, unless that is what it says.
  void tidy(const std::vector<RunFile>& files);

 private:
  void open();
  std::filesystem::path path_;
  std::mutex mutex_;  // guards known_, file_
  KnownObjects known_;
  std::ofstream file_;
};

}  // namespace screenalytics
