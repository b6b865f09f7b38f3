// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <stop_token>
#include <thread>

namespace screenalytics {

/// SIGINT and SIGTERM as a stop request: the first lets the segments under way finish, a second
/// leaves at once (finished segments are kept either way). Make it before any other thread, so that
/// all inherit the blocked mask.
class StopSignals {
 public:
  StopSignals();
  ~StopSignals();
  StopSignals(const StopSignals&) = delete;
  StopSignals& operator=(const StopSignals&) = delete;
  std::stop_token token() const { return source_.get_token(); }

 private:
  void wait();
  std::stop_source source_;
  std::atomic<bool> over_ = false;
  std::jthread thread_;
};

}  // namespace screenalytics
