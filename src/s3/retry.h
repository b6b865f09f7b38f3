// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace screenalytics {

struct RetryOptions {
  int attempts = 8;                     ///< of one request, the first included
  std::chrono::milliseconds base{250};  ///< longest wait after the first failure
  std::chrono::milliseconds longest{20'000};
  /// A server that asks for more than this is not waited for that long.
  std::chrono::milliseconds longest_asked{120'000};
};

/// How long to wait after the `failed`-th failure (from 1): exponential backoff with full jitter
/// (`random` in [0, 1) of base * 2^(failed - 1), capped), but no less than what the server asked
/// for.
std::chrono::milliseconds wait_before_retry(const RetryOptions& options,
                                            int failed,
                                            double random,
                                            std::optional<std::chrono::seconds> asked);

/// The value of a Retry-After header: seconds, or a date (RFC 9110).
std::optional<std::chrono::seconds> read_retry_after(const std::string& text,
                                                     std::chrono::system_clock::time_point now);

/// An HTTP date as in the Date header; empty when it is none.
std::optional<std::chrono::system_clock::time_point> read_http_date(const std::string& text);

/// True for an answer that may be another one next time: 5xx, 429, throttling, timeouts, and what
/// came out damaged on the way. `code` is S3's own word for it, where there was one.
bool is_worth_a_retry(int status, std::string_view code);

}  // namespace screenalytics
