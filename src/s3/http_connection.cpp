// SPDX-License-Identifier: MIT
#include "s3/http_connection.h"

#include "core/error.h"

#include <algorithm>
#include <charconv>
#include <exception>
#include <mutex>
#include <string_view>
#include <utility>

#include <curl/curl.h>

namespace screenalytics {
namespace {

constexpr std::size_t kLongestText = 4U << 20U;
constexpr long kSlowest = 1024;  // bytes a second
constexpr long kBuffer = 256L * 1024;
constexpr int kWaitMs = 1000;

void start_curl() {
  static std::once_flag once;
  std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
}

struct EasyEnd {
  void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
};
struct MultiEnd {
  void operator()(CURLM* multi) const { curl_multi_cleanup(multi); }
};
struct ListEnd {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};

/// One call under way, as libcurl's callbacks see it. They must not throw through C.
struct Exchange {
  const HttpCall& call;
  HttpReply reply;
  std::uint64_t sent = 0;
  std::exception_ptr thrown;

  bool is_good() const { return reply.status >= 200 && reply.status < 300; }
};

template <typename Work>
std::size_t guarded(Exchange& exchange, std::size_t on_throw, Work work) {
  try {
    return work();
  } catch (...) {
    exchange.thrown = std::current_exception();
    return on_throw;
  }
}

std::size_t take_header(char* text, std::size_t one, std::size_t count, void* user) {
  auto& exchange = *static_cast<Exchange*>(user);
  return guarded(exchange, 0, [&] {
    std::string_view line(text, one * count);
    if (line.starts_with("HTTP/")) {  // the last of several (100 Continue) counts
      exchange.reply = {};
      const std::size_t blank = std::min(line.find(' '), line.size() - 1);
      std::from_chars(line.data() + blank + 1, line.data() + line.size(), exchange.reply.status);
      return one * count;
    }
    while (!line.empty() && (line.back() == '\n' || line.back() == '\r' || line.back() == ' '))
      line.remove_suffix(1);
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) return one * count;
    std::string name(line.substr(0, colon));
    std::ranges::transform(name, name.begin(), [](char c) {
      return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    line.remove_prefix(colon + 1);
    while (line.starts_with(' ')) line.remove_prefix(1);
    exchange.reply.headers[name] = line;
    return one * count;
  });
}

std::size_t take_body(char* text, std::size_t one, std::size_t count, void* user) {
  auto& exchange = *static_cast<Exchange*>(user);
  return guarded(exchange, 0, [&] {
    const std::size_t bytes = one * count;
    if (exchange.call.sink && exchange.is_good()) {
      exchange.call.sink({reinterpret_cast<const std::uint8_t*>(text), bytes});
    } else if (exchange.reply.body.size() < kLongestText) {
      exchange.reply.body.append(text, bytes);
    }
    return bytes;
  });
}

std::size_t give_body(char* room, std::size_t one, std::size_t count, void* user) {
  auto& exchange = *static_cast<Exchange*>(user);
  return guarded(exchange, CURL_READFUNC_ABORT, [&]() -> std::size_t {
    const HttpBody& body = *exchange.call.body;
    const auto left = body.bytes - exchange.sent;
    const auto most = static_cast<std::size_t>(std::min<std::uint64_t>(one * count, left));
    if (most == 0) return 0;
    const std::size_t got = body.read(exchange.sent, {reinterpret_cast<std::uint8_t*>(room), most});
    exchange.sent += got;
    return got;
  });
}

/// libcurl starts over by itself when a kept connection turned out to be dead.
int seek_body(void* user, curl_off_t offset, int origin) {
  auto& exchange = *static_cast<Exchange*>(user);
  if (origin != SEEK_SET || offset < 0) return CURL_SEEKFUNC_CANTSEEK;
  exchange.sent = static_cast<std::uint64_t>(offset);
  return CURL_SEEKFUNC_OK;
}

bool is_distrust(CURLcode code) {
  return code == CURLE_PEER_FAILED_VERIFICATION || code == CURLE_SSL_CACERT_BADFILE ||
         code == CURLE_SSL_ISSUER_ERROR || code == CURLE_SSL_CERTPROBLEM;
}

}  // namespace

struct HttpConnection::State {
  HttpOptions options;
  CpuBudget& budget;
  std::unique_ptr<CURL, EasyEnd> easy;
  std::unique_ptr<CURLM, MultiEnd> multi;

  void prepare(Exchange& exchange, curl_slist* headers) const;
  void prepare_body(Exchange& exchange) const;
  CURLcode run(const std::stop_token& stop);
  HttpOutcome outcome(Exchange& exchange, CURLcode code) const;
};

void HttpConnection::State::prepare(Exchange& exchange, curl_slist* headers) const {
  CURL* handle = easy.get();
  curl_easy_reset(handle);  // settings only: the connection stays
  const auto set = [&](auto option, auto value) { curl_easy_setopt(handle, option, value); };
  set(CURLOPT_URL, exchange.call.url.c_str());
  set(CURLOPT_CUSTOMREQUEST, exchange.call.method.c_str());
  set(CURLOPT_HTTPHEADER, headers);
  set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  set(CURLOPT_PROTOCOLS_STR, "http,https");
  set(CURLOPT_FOLLOWLOCATION, 0L);
  set(CURLOPT_NOSIGNAL, 1L);
  set(CURLOPT_NOPROGRESS, 1L);
  set(CURLOPT_PATH_AS_IS, 1L);  // what is sent is what was signed
  set(CURLOPT_TCP_KEEPALIVE, 1L);
  set(CURLOPT_BUFFERSIZE, kBuffer);
  set(CURLOPT_UPLOAD_BUFFERSIZE, kBuffer);
  set(CURLOPT_CONNECTTIMEOUT, static_cast<long>(options.connect_timeout.count()));
  set(CURLOPT_LOW_SPEED_LIMIT, kSlowest);
  set(CURLOPT_LOW_SPEED_TIME, static_cast<long>(exchange.call.stall_timeout.count()));
  if (!options.ca_file.empty()) set(CURLOPT_CAINFO, options.ca_file.c_str());
  set(CURLOPT_HEADERFUNCTION, &take_header);
  set(CURLOPT_HEADERDATA, &exchange);
  set(CURLOPT_WRITEFUNCTION, &take_body);
  set(CURLOPT_WRITEDATA, &exchange);
  if (exchange.call.method == "HEAD") set(CURLOPT_NOBODY, 1L);
  if (exchange.call.body != nullptr) prepare_body(exchange);
}

void HttpConnection::State::prepare_body(Exchange& exchange) const {
  const auto set = [&](auto option, auto value) { curl_easy_setopt(easy.get(), option, value); };
  set(CURLOPT_UPLOAD, 1L);
  set(CURLOPT_CUSTOMREQUEST, exchange.call.method.c_str());
  set(CURLOPT_INFILESIZE_LARGE, static_cast<curl_off_t>(exchange.call.body->bytes));
  set(CURLOPT_READFUNCTION, &give_body);
  set(CURLOPT_READDATA, &exchange);
  set(CURLOPT_SEEKFUNCTION, &seek_body);
  set(CURLOPT_SEEKDATA, &exchange);
}

CURLcode HttpConnection::State::run(const std::stop_token& stop) {
  const std::stop_callback wake(stop, [this] { curl_multi_wakeup(multi.get()); });
  curl_multi_add_handle(multi.get(), easy.get());
  struct Removal {
    State& state;
    ~Removal() { curl_multi_remove_handle(state.multi.get(), state.easy.get()); }
  } const removal{*this};
  for (;;) {
    int running = 0;
    {
      const auto permit = budget.acquire(stop, Stage::transfer);
      curl_multi_perform(multi.get(), &running);
    }
    int left = 0;
    while (const CURLMsg* message = curl_multi_info_read(multi.get(), &left))
      if (message->msg == CURLMSG_DONE) return message->data.result;
    if (running == 0) return CURLE_RECV_ERROR;
    curl_multi_poll(multi.get(), nullptr, 0, kWaitMs, nullptr);
    if (stop.stop_requested()) throw Error(ErrorKind::cancelled, "stopped");
  }
}

HttpOutcome HttpConnection::State::outcome(Exchange& exchange, CURLcode code) const {
  if (exchange.thrown) std::rethrow_exception(exchange.thrown);
  if (is_distrust(code)) {
    throw Error(ErrorKind::unavailable,
                std::string("the S3 server's certificate is not trusted (") +
                    curl_easy_strerror(code) + "): name the right one with --s3-ca-file");
  }
  const bool early_refusal = (code == CURLE_SEND_ERROR || code == CURLE_RECV_ERROR) &&
                             exchange.reply.status >= 400 && exchange.reply.status < 500;
  if (code == CURLE_OK || early_refusal) return {std::move(exchange.reply), ""};
  return {std::move(exchange.reply), curl_easy_strerror(code)};
}

HttpConnection::HttpConnection(const HttpOptions& options, CpuBudget& budget) {
  start_curl();
  state_ = std::make_unique<State>(State{options, budget, {}, {}});
  state_->easy.reset(curl_easy_init());
  state_->multi.reset(curl_multi_init());
  if (!state_->easy || !state_->multi)
    throw Error(ErrorKind::unavailable, "libcurl cannot start: out of memory");
  curl_multi_setopt(state_->multi.get(), CURLMOPT_MAX_TOTAL_CONNECTIONS, 1L);
}

HttpConnection::~HttpConnection() {
  // The multi handle owns the connection that the easy handle used.
  state_->easy.reset();
}

HttpOutcome HttpConnection::send(const HttpCall& call, const std::stop_token& stop) {
  std::unique_ptr<curl_slist, ListEnd> headers;
  const auto add = [&](const std::string& line) {
    curl_slist* longer = curl_slist_append(headers.get(), line.c_str());
    if (longer == nullptr) throw std::bad_alloc();
    if (!headers) headers.reset(longer);  // else it is what we have
  };
  for (const auto& [name, value] : call.headers) add(std::string(name).append(": ").append(value));
  add("expect:");  // no waiting for 100 Continue: not every server sends it
  Exchange exchange{.call = call};
  state_->prepare(exchange, headers.get());
  const CURLcode code = state_->run(stop);
  return state_->outcome(exchange, code);
}

}  // namespace screenalytics
