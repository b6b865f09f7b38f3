// SPDX-License-Identifier: MIT
#pragma once

#include <string>

namespace screenalytics {

/// Counts the threads that calls made by this thread start while it lives, and no others: a new
/// thread inherits the name of the one that starts it, so this thread carries a name of its own
/// until the end. Where /proc/self/task is missing it counts none.
class StartedThreads {
 public:
  StartedThreads();
  ~StartedThreads();
  StartedThreads(const StartedThreads&) = delete;
  StartedThreads& operator=(const StartedThreads&) = delete;

  int count() const;

 private:
  std::string own_name_;
  std::string marker_;
};

}  // namespace screenalytics
