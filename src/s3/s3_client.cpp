// SPDX-License-Identifier: MIT
#include "s3/s3_client.h"

#include "core/error.h"
#include "files/sha256.h"
#include "s3/encoding.h"
#include "s3/retry.h"
#include "s3/s3_request.h"
#include "s3/upload_range.h"

#include <algorithm>
#include <utility>

namespace screenalytics {
namespace {

constexpr std::size_t kLongestMessage = 200;
constexpr std::chrono::minutes kSkewed{4};

/// A server's words on one line, without what is secret.
std::string tame(std::string text, const S3Credentials& credentials) {
  for (const std::string* secret :
       {&credentials.access_key, &credentials.secret_key, &credentials.session_token}) {
    if (secret->empty()) continue;
    for (auto at = text.find(*secret); at != std::string::npos; at = text.find(*secret, at + 3))
      text.replace(at, secret->size(), "...");
  }
  std::ranges::replace_if(text, [](char c) { return c >= 0 && c < ' '; }, ' ');
  return text.substr(0, kLongestMessage);
}

bool is_elsewhere(const std::string& code) {
  return code == "PermanentRedirect" || code == "TemporaryRedirect" ||
         code == "AuthorizationHeaderMalformed";
}

}  // namespace

S3Client::S3Client(S3Session& session, std::string bucket, std::stop_token stop)
    : session_(session),
      bucket_(std::move(bucket)),
      stop_(std::move(stop)),
      connection_({.connect_timeout = session.options().connect_timeout,
                   .ca_file = session.options().ca_file},
                  session.budget()) {}

HttpOutcome S3Client::send_once(const Ask& ask) {
  const S3Options& options = session_.options();
  const S3Location at =
      locate(options.endpoint, options.region, options.addressing, bucket_, ask.key);
  SignedParts parts{.method = ask.method,
                    .path = at.path,
                    .query = ask.query,
                    .headers = ask.headers,
                    .payload_sha256 = ask.payload_sha256};
  parts.headers["host"] = at.host;
  parts.headers["x-amz-content-sha256"] = ask.payload_sha256;
  sign(parts,
       session_.credentials(ask.stoppable ? stop_ : std::stop_token()),
       {.region = options.region},
       session_.now());
  const std::string query = canonical_query(ask.query);
  ask.begin();
  return connection_.send({.method = ask.method,
                           .url = at.origin + at.path + (query.empty() ? "" : "?" + query),
                           .headers = std::move(parts.headers),
                           .body = ask.body ? &*ask.body : nullptr,
                           .sink = ask.sink,
                           .stall_timeout = ask.stall_timeout.value_or(options.stall_timeout)},
                          ask.stoppable ? stop_ : std::stop_token());
}

/// True when the fault was ours and is mended: the clock, or credentials that ran out.
bool S3Client::correct_and_go_on(const HttpReply& reply, const std::string& code) {
  if (code == "ExpiredToken") return session_.drop_credentials();
  if (reply.status != 403 && code != "RequestTimeTooSkewed") return false;
  const auto server = read_http_date(header(reply, "date"));
  if (!server) return false;
  const auto off = *server - session_.now();
  if (off < kSkewed && off > -kSkewed) return false;
  session_.set_server_time(*server);
  return true;
}

Verdict S3Client::judge(const Ask& ask, const HttpOutcome& outcome) const {
  if (!outcome.torn.empty()) return {.then = Then::try_again, .why = outcome.torn};
  const HttpReply& reply = outcome.reply;
  const bool good = reply.status >= 200 && reply.status < 300;
  const std::string fault = good ? ask.fault_in(reply) : "";
  if ((good && fault.empty()) || (reply.status == 404 && ask.may_be_missing)) return {};
  if (good) return {.then = Then::try_again, .why = fault};
  const S3ErrorText error = read_s3_error(reply.body).value_or(S3ErrorText{});
  Verdict verdict{.code = error.code, .why = "status " + std::to_string(reply.status)};
  if (!error.code.empty()) verdict.why += " " + error.code + ": " + error.message;
  verdict.then = is_worth_a_retry(reply.status, error.code) ? Then::try_again : Then::refuse;
  verdict.asked = read_retry_after(header(reply, "retry-after"), session_.now());
  if (is_elsewhere(error.code)) {
    throw Error(ErrorKind::bad_usage,
                "bucket '" + bucket_ + "' is not in region '" + session_.options().region + "'" +
                    (error.region.empty() ? "" : " but in '" + error.region + "'") +
                    ": name the right one with --s3-region");
  }
  return verdict;
}

HttpReply S3Client::send(const Ask& ask) {
  const RetryOptions& retry = session_.options().retry;
  for (int attempt = 1;; ++attempt) {
    HttpOutcome outcome = send_once(ask);
    const Verdict verdict = judge(ask, outcome);
    if (verdict.then == Then::take) return std::move(outcome.reply);
    const bool last = attempt >= retry.attempts;
    if (verdict.then == Then::refuse && !last && correct_and_go_on(outcome.reply, verdict.code)) {
      session_.count_retry();
      continue;
    }
    if (verdict.then == Then::refuse || last) give_up(ask, outcome, verdict, attempt);
    session_.count_retry();
    session_.wait(wait_before_retry(retry, attempt, session_.random(), verdict.asked), stop_);
  }
}

void S3Client::give_up(const Ask& ask,
                       const HttpOutcome& outcome,
                       const Verdict& verdict,
                       int attempts) {
  const bool missing = outcome.torn.empty() && outcome.reply.status == 404;
  throw Error(missing ? ErrorKind::not_found : ErrorKind::unavailable,
              "s3://" + bucket_ + (ask.key.empty() ? "" : "/" + ask.key) + ": " +
                  tame(verdict.why, session_.credentials(stop_)) +
                  (verdict.then == Then::try_again
                       ? (attempts == 1 ? " (tried once)"
                                        : " (tried " + std::to_string(attempts) + " times)")
                       : ""));
}

std::vector<ListedObject> S3Client::list(const std::string& prefix) {
  std::vector<ListedObject> objects;
  std::string next;
  do {
    Ask ask{.query = {{"list-type", "2"}, {"prefix", prefix}, {"encoding-type", "url"}}};
    if (!next.empty()) ask.query.emplace_back("continuation-token", next);
    ListPage page = read_list_page(send(ask).body);
    std::ranges::move(page.objects, std::back_inserter(objects));
    next = std::move(page.next);
  } while (!next.empty());
  return objects;
}

std::optional<StoredObject> S3Client::head(const std::string& key) {
  const HttpReply reply = send({.method = "HEAD",
                                .key = key,
                                .headers = {{"x-amz-checksum-mode", "ENABLED"}},
                                .may_be_missing = true});
  if (reply.status == 404) return std::nullopt;
  StoredObject object{.etag = without_quotes(header(reply, "etag")),
                      .claimed_sha256 = header(reply, "x-amz-meta-sha256"),
                      .checksum_sha256 = header(reply, "x-amz-checksum-sha256")};
  object.bytes = std::strtoull(header(reply, "content-length").c_str(), nullptr, 10);
  // "...-3": the checksum of three parts' checksums, which says nothing of the whole.
  if (object.checksum_sha256.find('-') != std::string::npos) object.checksum_sha256.clear();
  return object;
}

std::string S3Client::put(const std::string& key, const Upload& upload) {
  return upload.bytes > session_.options().multipart_above ? put_in_parts(key, upload)
                                                           : put_whole(key, upload);
}

std::string S3Client::put_whole(const std::string& key, const Upload& upload) {
  CheckedRange range(upload, 0, upload.bytes, upload.sha256);
  const std::string checksum = base64_of_hex(upload.sha256);
  const HttpReply reply =
      send({.method = "PUT",
            .key = key,
            .headers = {{"content-type", upload.content_type},
                        {"x-amz-checksum-sha256", checksum},
                        {"x-amz-meta-sha256", upload.sha256}},
            .body = HttpBody{upload.bytes,
                             [&](std::uint64_t at, std::span<std::uint8_t> room) {
                               return range.read(at, room);
                             }},
            .payload_sha256 = upload.sha256,
            .fault_in = [&](const HttpReply& answer) -> std::string {
              const std::string kept = header(answer, "x-amz-checksum-sha256");
              return kept.empty() || kept == checksum
                         ? ""
                         : "the server kept other bytes than were sent";
            }});
  upload.taken(upload.bytes);
  return without_quotes(header(reply, "etag"));
}

void S3Client::get(const std::string& key, const Download& download) {
  Sha256 hash;
  std::uint64_t bytes = 0;
  send({.key = key,
        .sink =
            [&](std::span<const std::uint8_t> some) {
              hash.add(some);
              bytes += some.size();
              download.take(some);
            },
        .begin =
            [&] {
              hash = Sha256();
              bytes = 0;
              download.begin();
            },
        .fault_in = [&](const HttpReply&) -> std::string {
          if (bytes != download.bytes)
            return std::to_string(bytes) + " bytes came, not " + std::to_string(download.bytes);
          return hash.hex() == download.sha256 ? "" : "what came has another SHA-256";
        }});
}

std::optional<std::string> S3Client::get_text(const std::string& key) {
  std::string text;
  const HttpReply reply = send(
      {.key = key,
       .sink = [&](std::span<const std::uint8_t> some) { text.append(some.begin(), some.end()); },
       .begin = [&] { text.clear(); },
       .fault_in = [&](const HttpReply& answer) -> std::string {
         const std::string claimed = header(answer, "x-amz-meta-sha256");
         const bool same = claimed.empty() || hex(sha256_digest(text)) == claimed;
         return same ? "" : "what came has another SHA-256";
       },
       .may_be_missing = true});
  if (reply.status == 404) return std::nullopt;
  return text;
}

void S3Client::remove(const std::string& key) {
  send({.method = "DELETE", .key = key, .may_be_missing = true});
}

}  // namespace screenalytics
