// SPDX-License-Identifier: MIT
// Large files: the multipart part of S3Client.
#include "core/error.h"
#include "s3/encoding.h"
#include "s3/s3_request.h"
#include "s3/upload_range.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace screenalytics {
namespace {

constexpr int kMostParts = 10'000;
constexpr std::size_t kReadBytes = 256U << 10U;
constexpr std::chrono::seconds kCompleteStall{300};  // the server joins the parts meanwhile

HttpBody body_of(const std::string& text) {
  return {text.size(), [&text](std::uint64_t offset, std::span<std::uint8_t> room) {
            const auto at = static_cast<std::size_t>(offset);
            const std::size_t count = std::min(room.size(), text.size() - at);
            std::copy_n(text.begin() + static_cast<std::ptrdiff_t>(at), count, room.begin());
            return count;
          }};
}

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

std::uint64_t part_size(const S3Options& options, std::uint64_t bytes) {
  return std::max<std::uint64_t>(options.part_bytes, (bytes + kMostParts - 1) / kMostParts);
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
    parts.push_back(put_part({key, upload, id}, offset, static_cast<int>(parts.size()) + 1, whole));
    upload.taken(std::min(size, upload.bytes - offset));
  }
  if (whole.hex() != upload.sha256) throw changed_file();
  confirm_parts(key, id, upload.bytes, parts);
  return complete(key, upload, id, parts);
}

UploadedPart S3Client::put_part(const PartsOf& of,
                                std::uint64_t offset,
                                int number,
                                PartHash& whole) {
  const auto& [key, upload, id] = of;
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

/// What the store holds of an upload; empty when it does not list parts.
std::optional<std::vector<PartPage::Part>> S3Client::list_parts(const std::string& key,
                                                                const std::string& id) {
  std::vector<PartPage::Part> parts;
  std::string next;
  try {
    do {
      Ask ask{.key = key, .query = {{"uploadId", id}}};
      if (!next.empty()) ask.query.emplace_back("part-number-marker", next);
      PartPage page = read_part_page(send(ask).body);
      std::ranges::move(page.parts, std::back_inserter(parts));
      next = std::move(page.next);
    } while (!next.empty());
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::cancelled || !parts.empty()) throw;
    return std::nullopt;
  }
  return parts;
}

/// Takes the parts' ETags from the store's own list, and makes sure that it holds what was sent. A
/// store that does not list parts is believed what it said when it took them.
void S3Client::confirm_parts(const std::string& key,
                             const std::string& id,
                             std::uint64_t bytes,
                             std::vector<UploadedPart>& parts) {
  const auto there = list_parts(key, id);
  if (!there) return;
  std::uint64_t stored = 0;
  for (const auto& [part, size] : *there) {
    const auto at = static_cast<std::size_t>(part.number - 1);
    if (at >= parts.size() || (!part.sha256.empty() && part.sha256 != parts[at].sha256))
      throw Error(ErrorKind::unavailable,
                  "s3://" + bucket_ + "/" + key + ": a part is not what was sent");
    parts[at].etag = part.etag;
    stored += size;
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

}  // namespace screenalytics
