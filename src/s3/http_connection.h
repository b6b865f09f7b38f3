// SPDX-License-Identifier: MIT
#pragma once

#include "budget/cpu_budget.h"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <stop_token>
#include <string>

namespace screenalytics {

/// Bytes that are sent, read as they are needed. Fills `room` from `offset` on, returns how many.
struct HttpBody {
  std::uint64_t bytes = 0;
  std::function<std::size_t(std::uint64_t offset, std::span<std::uint8_t> room)> read;
};

struct HttpCall {
  std::string method = "GET";
  std::string url;
  std::map<std::string, std::string> headers;
  const HttpBody* body = nullptr;
  /// Takes the body of an answer with 2xx as it comes; everything else goes into HttpReply::body.
  std::function<void(std::span<const std::uint8_t>)> sink;
  std::chrono::seconds stall_timeout{30};
};

struct HttpReply {
  int status = 0;
  std::map<std::string, std::string> headers;  ///< lower-case names
  std::string body;                            ///< at most 4 MiB
};

/// What came of a call: an answer, or the words for why there is none.
struct HttpOutcome {
  HttpReply reply;
  std::string torn;  ///< not empty: no whole answer; trying again may help
};

struct HttpOptions {
  std::chrono::seconds connect_timeout{10};
  std::filesystem::path ca_file;
};

/// One HTTP/1.1 connection, kept alive from call to call. It holds a CPU permit while bytes are
/// moved, hashed and encrypted, and none while it waits. For one thread.
class HttpConnection {
 public:
  HttpConnection(const HttpOptions& options, CpuBudget& budget);
  ~HttpConnection();
  HttpConnection(const HttpConnection&) = delete;
  HttpConnection& operator=(const HttpConnection&) = delete;

  /// Throws Error{cancelled} when stopped, and what body or sink threw. A certificate that is not
  /// trusted is Error{unavailable}: trying again would not help.
  HttpOutcome send(const HttpCall& call, const std::stop_token& stop);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace screenalytics
