// SPDX-License-Identifier: MIT
#include "s3/retry.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>

#include <curl/curl.h>

namespace screenalytics {

using std::chrono::milliseconds;
using std::chrono::seconds;

milliseconds wait_before_retry(const RetryOptions& options,
                               int failed,
                               double random,
                               std::optional<seconds> asked) {
  constexpr int kMostDoublings = 20;
  const std::int64_t doubled = options.base.count() << std::clamp(failed - 1, 0, kMostDoublings);
  const auto ceiling = std::min<std::int64_t>(doubled, options.longest.count());
  const milliseconds jittered(static_cast<std::int64_t>(random * static_cast<double>(ceiling)));
  if (!asked) return jittered;
  return std::max(jittered, std::min<milliseconds>(*asked, options.longest_asked));
}

std::optional<std::chrono::system_clock::time_point> read_http_date(const std::string& text) {
  const std::time_t time = curl_getdate(text.c_str(), nullptr);
  if (time == -1) return std::nullopt;
  return std::chrono::system_clock::from_time_t(time);
}

std::optional<seconds> read_retry_after(const std::string& text,
                                        std::chrono::system_clock::time_point now) {
  std::int64_t count = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (error == std::errc{} && end == text.data() + text.size() && count >= 0) return seconds(count);
  const auto date = read_http_date(text);
  if (!date) return std::nullopt;
  return std::max(std::chrono::ceil<seconds>(*date - now), seconds(0));
}

bool is_worth_a_retry(int status, std::string_view code) {
  constexpr std::array<std::string_view, 12> kCodes{"SlowDown",
                                                    "Throttling",
                                                    "ThrottlingException",
                                                    "RequestLimitExceeded",
                                                    "TooManyRequests",
                                                    "RequestTimeout",
                                                    "InternalError",
                                                    "ServiceUnavailable",
                                                    "OperationAborted",
                                                    "BadDigest",
                                                    "IncompleteBody",
                                                    "XAmzContentSHA256Mismatch"};
  constexpr int kNotImplemented = 501;
  if (status == kNotImplemented) return false;
  return status >= 500 || status == 429 || status == 408 ||
         std::ranges::find(kCodes, code) != kCodes.end();
}

}  // namespace screenalytics
