// SPDX-License-Identifier: MIT
#include "s3/s3_client.h"

#include "core/error.h"
#include "files/sha256.h"
#include "s3/encoding.h"
#include "s3/retry.h"

#include <algorithm>
#include <array>
#include <utility>

namespace screenalytics {
namespace {

constexpr int kMostParts = 10'000;
constexpr std::size_t kReadBytes = 256U << 10U;
constexpr std::size_t kLongestMessage = 200;
constexpr std::chrono::seconds kCompleteStall{300};  // the server joins the parts meanwhile
constexpr std::chrono::minutes kSkewed{4};
const char* const kEmptySha256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

std::string header(const HttpReply& reply, const std::string& name) {
  const auto found = reply.headers.find(name);
  return found == reply.headers.end() ? "" : found->second;
}

/// A server's words on one line, without what is secret.
std::string tame(std::string text, const S3Credentials& credentials) {
  for (const std::string* secret :
       {&credentials.access_key, &credentials.secret_key, &credentials.session_token}) {
    if (secret->empty()) continue;
    for (auto at = text.find(*secret); at != std::string::npos; at = text.find(*secret))
      text.replace(at, secret->size(), "...");
  }
  std::ranges::replace_if(text, [](char c) { return c >= 0 && c < ' '; }, ' ');
  return text.substr(0, kLongestMessage);
}

HttpBody body_of(const std::string& text) {
  return {text.size(), [&text](std::uint64_t offset, std::span<std::uint8_t> room) {
            const auto at = static_cast<std::size_t>(offset);
            const std::size_t count = std::min(room.size(), text.size() - at);
            std::copy_n(text.begin() + static_cast<std::ptrdiff_t>(at), count, room.begin());
            return count;
          }};
}

std::string base64_of_hex(const std::string& sha256) {
  const auto digest = digest_from_hex(sha256);
  return digest ? base64_text(*digest) : "";
}

Error changed_file() {
  return {ErrorKind::bad_data,
          "the local file is not what the run's manifest says: run "
          "'screenalytics verify' on the run"};
}

bool is_elsewhere(const std::string& code) {
  return code == "PermanentRedirect" || code == "TemporaryRedirect" ||
         code == "AuthorizationHeaderMalformed";
}

/// Reads a range of an upload in order and compares it with its checksum before its last bytes are
/// given away, so that a server never gets all of something wrong.
class CheckedRange {
 public:
  CheckedRange(const Upload& upload, std::uint64_t offset, std::uint64_t bytes, std::string sha256)
      : upload_(upload), offset_(offset), bytes_(bytes), sha256_(std::move(sha256)) {}

  std::size_t read(std::uint64_t at, std::span<std::uint8_t> room) {
    if (at == 0) {
      hash_ = Sha256();
      hashed_ = 0;
    }
    const std::size_t got = upload_.read(offset_ + at, room);
    if (got == 0) throw changed_file();
    if (at != hashed_) return got;  // libcurl went back to the middle: the server still checks
    hash_.add(room.first(got));
    hashed_ += got;
    if (hashed_ == bytes_ && hash_.hex() != sha256_) throw changed_file();
    return got;
  }

 private:
  const Upload& upload_;
  const std::uint64_t offset_;
  const std::uint64_t bytes_;
  const std::string sha256_;
  Sha256 hash_;
  std::uint64_t hashed_ = 0;
};

}  // namespace

/// Hash of the whole file, fed part by part.
class PartHash {
 public:
  /// SHA-256 (hex) of a range; the whole's hash grows with it.
  std::string add(const Upload& upload, std::uint64_t offset, std::uint64_t bytes) {
    Sha256 part;
    std::vector<std::uint8_t> room(kReadBytes);
    while (bytes > 0) {
      const auto most = static_cast<std::size_t>(std::min<std::uint64_t>(bytes, room.size()));
      const std::size_t got = upload.read(offset, std::span(room).first(most));
      if (got == 0) throw changed_file();
      part.add(std::span(room).first(got));
      whole_.add(std::span(room).first(got));
      offset += got;
      bytes -= got;
    }
    return part.hex();
  }
  std::string hex() { return whole_.hex(); }

 private:
  Sha256 whole_;
};

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

std::uint64_t part_size(const S3Options& options, std::uint64_t bytes) {
  return std::max<std::uint64_t>(options.part_bytes, (bytes + kMostParts - 1) / kMostParts);
}

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
  throw Error(
      missing ? ErrorKind::not_found : ErrorKind::unavailable,
      "s3://" + bucket_ + (ask.key.empty() ? "" : "/" + ask.key) + ": " +
          tame(verdict.why, session_.credentials(stop_)) +
          (verdict.then == Then::try_again ? " (tried " + std::to_string(attempts) + " times)"
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

std::string S3Client::put_in_parts(const std::string& key, const Upload& upload) {
  abort_uploads_of(key);
  const std::int64_t retries_before = session_.retries();
  const std::string id = read_upload_id(send({.method = "POST",
                                              .key = key,
                                              .query = {{"uploads", ""}},
                                              .headers = {{"content-type", upload.content_type},
                                                          {"x-amz-checksum-algorithm", "SHA256"},
                                                          {"x-amz-meta-sha256", upload.sha256}},
                                              .body = HttpBody{}})
                                            .body);
  try {
    std::string etag = put_parts(key, upload, id);
    // An upload whose begin was answered to nobody is still there.
    if (session_.retries() != retries_before) abort_uploads_of(key);
    return etag;
  } catch (...) {
    abort(key, id);
    throw;
  }
}

std::string S3Client::put_parts(const std::string& key,
                                const Upload& upload,
                                const std::string& id) {
  const std::uint64_t size = part_size(session_.options(), upload.bytes);
  PartHash whole;
  std::vector<UploadedPart> parts;
  for (std::uint64_t offset = 0; offset < upload.bytes; offset += size) {
    parts.push_back(put_part(key, upload, id, offset, static_cast<int>(parts.size()) + 1, whole));
    upload.taken(std::min(size, upload.bytes - offset));
  }
  if (whole.hex() != upload.sha256) throw changed_file();
  confirm_parts(key, id, upload.bytes, parts);
  return complete(key, upload, id, parts);
}

UploadedPart S3Client::put_part(const std::string& key,
                                const Upload& upload,
                                const std::string& id,
                                std::uint64_t offset,
                                int number,
                                PartHash& whole) {
  const std::uint64_t bytes =
      std::min(part_size(session_.options(), upload.bytes), upload.bytes - offset);
  const std::string sha256 = [&] {
    const auto permit = session_.budget().acquire(stop_, Stage::hash);
    return whole.add(upload, offset, bytes);
  }();
  const std::string checksum = base64_of_hex(sha256);
  CheckedRange range(upload, offset, bytes, sha256);
  const HttpReply reply =
      send({.method = "PUT",
            .key = key,
            .query = {{"partNumber", std::to_string(number)}, {"uploadId", id}},
            .headers = {{"x-amz-checksum-sha256", checksum}},
            .body = HttpBody{bytes,
                             [&](std::uint64_t at, std::span<std::uint8_t> room) {
                               return range.read(at, room);
                             }},
            .payload_sha256 = sha256});
  return {number, without_quotes(header(reply, "etag")), checksum};
}

/// Takes the parts' ETags from the store's own list, and makes sure that it holds what was sent. A
/// store that does not list parts is believed what it said when it took them.
void S3Client::confirm_parts(const std::string& key,
                             const std::string& id,
                             std::uint64_t bytes,
                             std::vector<UploadedPart>& parts) {
  std::uint64_t stored = 0;
  std::string next;
  try {
    do {
      Ask ask{.key = key, .query = {{"uploadId", id}}};
      if (!next.empty()) ask.query.emplace_back("part-number-marker", next);
      const PartPage page = read_part_page(send(ask).body);
      for (const auto& [part, size] : page.parts) {
        const auto at = static_cast<std::size_t>(part.number - 1);
        if (at >= parts.size() || (!part.sha256.empty() && part.sha256 != parts[at].sha256))
          throw Error(ErrorKind::unavailable,
                      "s3://" + bucket_ + "/" + key + ": a part is not what was sent");
        parts[at].etag = part.etag;
        stored += size;
      }
      next = page.next;
    } while (!next.empty());
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::cancelled || stored > 0) throw;
    return;
  }
  if (stored != bytes)
    throw Error(ErrorKind::unavailable, "s3://" + bucket_ + "/" + key + ": parts are missing");
}

std::string S3Client::complete(const std::string& key,
                               const Upload& upload,
                               const std::string& id,
                               const std::vector<UploadedPart>& parts) {
  const std::string xml = complete_upload_xml(parts);
  // The answer may be 200 and an error all the same: it began before the parts were joined.
  const HttpReply reply = send({.method = "POST",
                                .key = key,
                                .query = {{"uploadId", id}},
                                .headers = {{"content-type", "application/xml"}},
                                .body = body_of(xml),
                                .payload_sha256 = hex(sha256_digest(xml)),
                                .fault_in = [](const HttpReply& answer) -> std::string {
                                  const auto error = read_s3_error(answer.body);
                                  return error ? error->code + ": " + error->message : "";
                                },
                                .stall_timeout = kCompleteStall,
                                .may_be_missing = true});
  // An answer that was lost: the upload is gone because it is complete.
  const auto stored = head(key);
  if (stored && stored->bytes == upload.bytes && stored->claimed_sha256 == upload.sha256)
    return stored->etag;
  throw Error(ErrorKind::unavailable,
              "s3://" + bucket_ + "/" + key + ": the parts were sent but not joined (status " +
                  std::to_string(reply.status) + ")");
}

void S3Client::abort_uploads_of(const std::string& key) {
  try {
    const HttpReply reply = send({.query = {{"uploads", ""}, {"prefix", key}}});
    for (const std::string& id : read_uploads_of(reply.body, key)) abort(key, id);
  } catch (const Error& error) {  // not every server has this, not everybody may ask for it
    if (error.kind() == ErrorKind::cancelled) throw;
  }
}

void S3Client::abort(const std::string& key, const std::string& id) {
  try {
    const Ask ask{.method = "DELETE",
                  .key = key,
                  .query = {{"uploadId", id}},
                  .stall_timeout = std::chrono::seconds(10),
                  .may_be_missing = true,
                  .stoppable = false};  // parts that stay cost money
    if (stop_.stop_requested()) {
      send_once(ask);  // somebody waits for us to end
    } else {
      send(ask);
    }
  } catch (const Error&) {  // NOLINT(bugprone-empty-catch): the first failure is the one to tell
  }
}

void S3Client::get(const std::string& key, const Download& download) {
  Sha256 hash;
  std::uint64_t bytes = 0;
  const std::string where = "s3://" + bucket_ + "/" + key;
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
