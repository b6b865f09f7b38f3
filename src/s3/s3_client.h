// SPDX-License-Identifier: MIT
#pragma once

#include "s3/http_connection.h"
#include "s3/s3_address.h"
#include "s3/s3_session.h"
#include "s3/s3_xml.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

namespace screenalytics {

class PartHash;
struct Verdict;

/// What goes up. It is read while it is sent, more than once when a request is repeated.
struct Upload {
  std::uint64_t bytes = 0;
  std::string sha256;  ///< hexadecimal, of all bytes: what they must be
  std::string content_type = "application/octet-stream";
  std::function<std::size_t(std::uint64_t offset, std::span<std::uint8_t> room)> read;
  /// Bytes that the server took for good; for progress.
  std::function<void(std::uint64_t)> taken = [](std::uint64_t) {};
};

/// What comes down, in order; `begin` comes first, and again when a download starts over.
struct Download {
  std::uint64_t bytes = 0;  ///< what it must be
  std::string sha256;       ///< hexadecimal
  std::function<void()> begin;
  std::function<void(std::span<const std::uint8_t>)> take;
};

/// What a store says of an object.
struct StoredObject {
  std::uint64_t bytes = 0;
  std::string etag;
  std::string claimed_sha256;   ///< hexadecimal, x-amz-meta-sha256: what we said when it went up
  std::string checksum_sha256;  ///< base64, the store's own; empty: it keeps none, or of parts only
};

/// One connection to one bucket (the REST API of Amazon S3, 2006-03-01). Every request is signed
/// (signature version 4), repeated with backoff when that may help, and stops with the token.
/// Bodies are streamed. Throws Error: not_found (bucket or key), bad_usage (region, endpoint),
/// bad_data (a local file is not what it should be), unavailable (the rest). For one thread.
class S3Client {
 public:
  S3Client(S3Session& session, std::string bucket, std::stop_token stop);

  /// All objects whose key starts with `prefix`, in key order.
  std::vector<ListedObject> list(const std::string& prefix);
  std::optional<StoredObject> head(const std::string& key);
  /// Whole or not at all; large ones in parts. Returns the ETag. The server is told the SHA-256 of
  /// everything it gets, and bytes that are not what `upload` promises are never completed.
  std::string put(const std::string& key, const Upload& upload);
  /// Verified; nothing is an empty optional for a key that is not there.
  void get(const std::string& key, const Download& download);
  /// A small object whole, verified against the SHA-256 that it went up with, where it has one.
  std::optional<std::string> get_text(const std::string& key);
  void remove(const std::string& key);

 private:
  struct Ask;
  HttpReply send(const Ask& ask);
  HttpOutcome send_once(const Ask& ask);
  Verdict judge(const Ask& ask, const HttpOutcome& outcome) const;
  [[noreturn]] void give_up(const Ask& ask,
                            const HttpOutcome& outcome,
                            const Verdict& verdict,
                            int attempts);
  bool correct_and_go_on(const HttpReply& reply, const std::string& code);
  std::string put_whole(const std::string& key, const Upload& upload);
  std::string put_in_parts(const std::string& key, const Upload& upload);
  std::string put_parts(const std::string& key, const Upload& upload, const std::string& id);
  struct PartsOf {
    const std::string& key;
    const Upload& upload;
    const std::string& id;
  };
  UploadedPart put_part(const PartsOf& of, std::uint64_t offset, int number, PartHash& whole);
  std::optional<std::vector<PartPage::Part>> list_parts(const std::string& key,
                                                        const std::string& id);
  void confirm_parts(const std::string& key,
                     const std::string& id,
                     std::uint64_t bytes,
                     std::vector<UploadedPart>& parts);
  std::string complete(const std::string& key,
                       const Upload& upload,
                       const std::string& id,
                       const std::vector<UploadedPart>& parts);
  void abort_uploads_of(const std::string& key);
  void abort(const std::string& key, const std::string& id);

  S3Session& session_;
  const std::string bucket_;
  const std::stop_token stop_;
  HttpConnection connection_;
};

/// Size of the parts of a file: at most 10,000 parts, the last one may be smaller.
std::uint64_t part_size(const S3Options& options, std::uint64_t bytes);

}  // namespace screenalytics
