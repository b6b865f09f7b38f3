// SPDX-License-Identifier: MIT
#pragma once

#include "s3/s3_client.h"

#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace screenalytics {

inline constexpr const char* kEmptySha256 =
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

enum class Then { take, try_again, refuse };

/// What an answer means for its request.
struct Verdict {
  Then then = Then::take;
  std::string code;                           ///< S3's own word
  std::string why;                            ///< for people
  std::optional<std::chrono::seconds> asked;  ///< to wait so long
};

struct S3Client::Ask {
  std::string method = "GET";
  std::string key;
  std::vector<std::pair<std::string, std::string>> query;
  std::map<std::string, std::string> headers;
  std::optional<HttpBody> body;
  std::string payload_sha256 = kEmptySha256;
  std::function<void(std::span<const std::uint8_t>)> sink;
  std::function<void()> begin = [] {};
  /// Empty when the answer is whole; else why it must be asked for again.
  std::function<std::string(const HttpReply&)> fault_in = [](const HttpReply&) { return ""; };
  std::optional<std::chrono::seconds> stall_timeout;
  bool may_be_missing = false;  ///< 404 is an answer
  bool stoppable = true;
};

/// A header of an answer; empty when it is not there.
inline std::string header(const HttpReply& reply, const std::string& name) {
  const auto found = reply.headers.find(name);
  return found == reply.headers.end() ? "" : found->second;
}

}  // namespace screenalytics
