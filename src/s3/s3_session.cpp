// SPDX-License-Identifier: MIT
#include "s3/s3_session.h"

#include "core/error.h"
#include "s3/http_connection.h"
#include "s3/instance_credentials.h"

#include <condition_variable>
#include <random>
#include <utility>

namespace screenalytics {
namespace {

constexpr std::chrono::minutes kBeforeTheyExpire{5};

void really_wait(std::chrono::milliseconds time, const std::stop_token& stop) {
  std::mutex mutex;
  std::condition_variable_any never;
  std::unique_lock lock(mutex);
  never.wait_for(lock, stop, time, [] { return false; });
}

double really_random() {
  thread_local std::mt19937_64 dice{std::random_device{}()};
  return std::uniform_real_distribution<double>(0, 1)(dice);
}

}  // namespace

S3Surprises real_surprises() {
  return {.now = [] { return std::chrono::system_clock::now(); },
          .random = &really_random,
          .wait = &really_wait};
}

S3Session::S3Session(const S3Options& asked,
                     S3Environment environment,
                     CpuBudget& budget,
                     S3Surprises surprises)
    : config_(read_aws_config(asked, environment)),
      environment_(std::move(environment)),
      budget_(budget),
      surprises_(std::move(surprises)) {}

S3Credentials S3Session::credentials(const std::stop_token& stop) {
  if (config_.credentials) return *config_.credentials;
  if (!config_.options.instance_credentials) {
    throw Error(
        ErrorKind::bad_usage,
        "there are no S3 credentials: looked at " + config_.looked_at +
            "; --s3-instance-credentials asks the container's or the machine's own service");
  }
  const std::lock_guard lock(mutex_);
  const bool stale =
      fetched_ && fetched_->expires && *fetched_->expires - now() < kBeforeTheyExpire;
  if (!fetched_ || stale) {
    HttpConnection connection({.connect_timeout = std::chrono::seconds(2)}, budget_);
    fetched_ = fetch_instance_credentials(environment_, connection, stop);
  }
  return *fetched_;
}

bool S3Session::drop_credentials() {
  if (config_.credentials) return false;
  const std::lock_guard lock(mutex_);
  fetched_.reset();
  return true;
}

std::chrono::system_clock::time_point S3Session::now() const {
  return surprises_.now() + ahead_.load();
}

void S3Session::set_server_time(std::chrono::system_clock::time_point time) {
  ahead_ = time - surprises_.now();
}

void S3Session::wait(std::chrono::milliseconds time, const std::stop_token& stop) const {
  surprises_.wait(time, stop);
  if (stop.stop_requested()) throw Error(ErrorKind::cancelled, "stopped");
}

}  // namespace screenalytics
