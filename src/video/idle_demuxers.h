// SPDX-License-Identifier: MIT
#pragma once

#include "video/ffmpeg.h"

#include <cstdint>
#include <mutex>
#include <utility>
#include <vector>

namespace screenalytics {

/// Open demuxers of one video that nobody uses.
class IdleDemuxers {
 public:
  /// Null when there is none.
  FormatPtr take() {
    const std::lock_guard lock(mutex_);
    if (idle_.empty()) return nullptr;
    FormatPtr file = std::move(idle_.back());
    idle_.pop_back();
    return file;
  }
  void give_back(FormatPtr file) {
    const std::lock_guard lock(mutex_);
    idle_.push_back(std::move(file));
  }
  void close() {
    const std::lock_guard lock(mutex_);
    idle_.clear();
  }
  void count_opened() {
    const std::lock_guard lock(mutex_);
    ++opened_;
  }
  std::int64_t opened() const {
    const std::lock_guard lock(mutex_);
    return opened_;
  }

 private:
  mutable std::mutex mutex_;  // guards what follows
  std::vector<FormatPtr> idle_;
  std::int64_t opened_ = 0;
};

}  // namespace screenalytics
