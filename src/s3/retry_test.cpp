// SPDX-License-Identifier: MIT
#include "s3/retry.h"

#include <gtest/gtest.h>

namespace screenalytics {
namespace {

using namespace std::chrono_literals;

constexpr double kAlmostOne = 0.999999;

TEST(Retry, WaitsTwiceAsLongEachTimeUpToALimit) {
  const RetryOptions options{.base = 100ms, .longest = 1000ms};
  EXPECT_EQ(wait_before_retry(options, 1, 0.5, {}), 50ms);
  EXPECT_EQ(wait_before_retry(options, 2, 0.5, {}), 100ms);
  EXPECT_EQ(wait_before_retry(options, 3, 0.5, {}), 200ms);
  EXPECT_EQ(wait_before_retry(options, 60, 0.5, {}), 500ms);
}

TEST(Retry, JitterReachesFromNothingToTheWholeWait) {
  const RetryOptions options{.base = 100ms, .longest = 1000ms};
  EXPECT_EQ(wait_before_retry(options, 2, 0, {}), 0ms);
  EXPECT_EQ(wait_before_retry(options, 2, kAlmostOne, {}), 199ms);
}

TEST(Retry, WaitsAsLongAsTheServerAsksButNotForEver) {
  const RetryOptions options{.base = 100ms, .longest = 1000ms, .longest_asked = 5000ms};
  EXPECT_EQ(wait_before_retry(options, 1, 0, 3s), 3000ms);
  EXPECT_EQ(wait_before_retry(options, 1, 0.5, 0s), 50ms);
  EXPECT_EQ(wait_before_retry(options, 1, 0, 3600s), 5000ms);
}

TEST(Retry, ReadsSecondsAndDates) {
  const auto now = std::chrono::system_clock::from_time_t(1369353600);
  EXPECT_EQ(read_retry_after("7", now), 7s);
  EXPECT_EQ(read_retry_after("Fri, 24 May 2013 00:00:09 GMT", now), 9s);
  EXPECT_EQ(read_retry_after("Fri, 24 May 2012 00:00:09 GMT", now), 0s);
  EXPECT_FALSE(read_retry_after("soon", now));
  EXPECT_FALSE(read_retry_after("", now));
  EXPECT_FALSE(read_retry_after("-3", now));
}

TEST(Retry, KnowsWhatMayPass) {
  for (const int status : {500, 502, 503, 504, 429, 408}) EXPECT_TRUE(is_worth_a_retry(status, ""));
  for (const int status : {400, 403, 404, 409, 411, 501})
    EXPECT_FALSE(is_worth_a_retry(status, "")) << status;
  EXPECT_TRUE(is_worth_a_retry(400, "SlowDown"));
  EXPECT_TRUE(is_worth_a_retry(400, "RequestTimeout"));
  EXPECT_TRUE(is_worth_a_retry(400, "BadDigest"));
  EXPECT_FALSE(is_worth_a_retry(403, "AccessDenied"));
}

}  // namespace
}  // namespace screenalytics
