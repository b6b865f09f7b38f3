// SPDX-License-Identifier: MIT
#pragma once

#include "budget/cpu_budget.h"
#include "s3/aws_config.h"
#include "s3/s3_options.h"
#include "s3/sigv4.h"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <stop_token>

namespace screenalytics {

/// What depends on time and chance; tests put their own in.
struct S3Surprises {
  std::function<std::chrono::system_clock::time_point()> now;
  std::function<double()> random;  ///< in [0, 1)
  /// Returns early when stopped.
  std::function<void(std::chrono::milliseconds, const std::stop_token&)> wait;
};
S3Surprises real_surprises();

/// What all connections to one store share: options, credentials, the server's clock. Thread-safe.
class S3Session {
 public:
  S3Session(const S3Options& asked,
            S3Environment environment,
            CpuBudget& budget,
            S3Surprises surprises = real_surprises());

  const S3Options& options() const { return config_.options; }
  CpuBudget& budget() const { return budget_; }
  /// Throws Error{bad_usage} that says where credentials were looked for when there are none.
  /// Those of a metadata service are asked for again before they expire.
  S3Credentials credentials(const std::stop_token& stop);
  /// The server called them expired: true when others can be had.
  bool drop_credentials();

  /// The server's time, as far as it is known.
  std::chrono::system_clock::time_point now() const;
  void set_server_time(std::chrono::system_clock::time_point time);
  double random() const { return surprises_.random(); }
  void wait(std::chrono::milliseconds time, const std::stop_token& stop) const;

  /// Requests that were sent again, over all connections.
  std::int64_t retries() const { return retries_; }
  void count_retry() { ++retries_; }

 private:
  const AwsConfig config_;
  const S3Environment environment_;
  CpuBudget& budget_;
  const S3Surprises surprises_;
  std::atomic<std::chrono::system_clock::duration> ahead_{};  // of the server before our clock
  std::atomic<std::int64_t> retries_ = 0;
  std::mutex mutex_;  // guards fetched_
  std::optional<S3Credentials> fetched_;
};

}  // namespace screenalytics
