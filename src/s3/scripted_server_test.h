// SPDX-License-Identifier: MIT
#pragma once

#include "files/file_descriptor.h"

#include <array>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

namespace screenalytics {

/// An HTTP server on loopback that gives one answer after another, raw, whatever is asked. An
/// answer that is empty, or shorter than its Content-Length, ends with the connection torn.
class ScriptedServer {
 public:
  explicit ScriptedServer(std::vector<std::string> answers) : answers_(std::move(answers)) {
    listener_ = FileDescriptor(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    bind(listener_.get(), reinterpret_cast<sockaddr*>(&address), sizeof(address));
    listen(listener_.get(), 8);
    socklen_t length = sizeof(address);
    getsockname(listener_.get(), reinterpret_cast<sockaddr*>(&address), &length);
    url_ = "http://127.0.0.1:" + std::to_string(ntohs(address.sin_port));
    thread_ = std::jthread([this](const std::stop_token& stop) { serve(stop); });
  }

  const std::string& url() const { return url_; }
  /// Heads and bodies as they came.
  std::vector<std::string> requests() const {
    const std::lock_guard lock(mutex_);
    return requests_;
  }
  int connections() const {
    const std::lock_guard lock(mutex_);
    return connections_;
  }

 private:
  static bool readable(int descriptor, const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      pollfd look{descriptor, POLLIN, 0};
      if (poll(&look, 1, 20) > 0) return true;
    }
    return false;
  }

  void serve(const std::stop_token& stop) {
    while (readable(listener_.get(), stop)) {
      const FileDescriptor peer(accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
      {
        const std::lock_guard lock(mutex_);
        ++connections_;
      }
      while (answer(peer.get(), stop)) {
      }
    }
  }

  /// False when the connection is over.
  bool answer(int peer, const std::stop_token& stop) {
    std::string request;
    while (!is_whole(request)) {
      std::array<char, 65536> room{};
      if (!readable(peer, stop)) return false;
      const ssize_t got = recv(peer, room.data(), room.size(), 0);
      if (got <= 0) return false;
      request.append(room.data(), static_cast<std::size_t>(got));
    }
    std::string text;
    {
      const std::lock_guard lock(mutex_);
      requests_.push_back(request);
      if (next_ < answers_.size()) text = answers_[next_++];
    }
    if (!text.empty()) send(peer, text.data(), text.size(), MSG_NOSIGNAL);
    return !text.empty() && (request.starts_with("HEAD") || is_whole(text));
  }

  static bool is_whole(const std::string& message) {
    const std::size_t end = message.find("\r\n\r\n");
    if (end == std::string::npos) return false;
    const std::size_t field = message.find("Content-Length: ");
    const std::size_t length = field < end ? std::stoul(message.substr(field + 16)) : 0;
    return message.size() >= end + 4 + length;
  }

  const std::vector<std::string> answers_;
  FileDescriptor listener_;
  std::string url_;
  mutable std::mutex mutex_;  // guards requests_, next_, connections_
  std::vector<std::string> requests_;
  std::size_t next_ = 0;
  int connections_ = 0;
  std::jthread thread_;  // last: it uses everything above
};

/// "200 OK" with headers ("a: b\r\n") and a body.
inline std::string http(const std::string& status,
                        const std::string& body = "",
                        const std::string& headers = "") {
  return "HTTP/1.1 " + status + "\r\n" + headers +
         "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

}  // namespace screenalytics
