// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace screenalytics {

/// Who asks. Never printed.
struct S3Credentials {
  std::string access_key;
  std::string secret_key;
  std::string session_token;  ///< empty: none
  std::optional<std::chrono::system_clock::time_point> expires;
};

/// What is signed of a request.
struct SignedParts {
  std::string method;
  std::string path = "/";  ///< encoded as it is sent; S3 does not normalise paths
  std::vector<std::pair<std::string, std::string>> query;  ///< not encoded
  std::map<std::string, std::string>
      headers;                 ///< lower-case name, value; all are signed, `host` too
  std::string payload_sha256;  ///< hexadecimal, or "UNSIGNED-PAYLOAD"
};

struct SigningScope {
  std::string region;
  std::string service = "s3";
};

/// "a=1&b=2": encoded, sorted by name; as it is sent and as it is signed.
std::string canonical_query(const std::vector<std::pair<std::string, std::string>>& query);

/// AWS Signature Version 4: adds x-amz-date, x-amz-security-token (where there is one) and
/// authorization to the headers.
void sign(SignedParts& request,
          const S3Credentials& credentials,
          const SigningScope& scope,
          std::chrono::system_clock::time_point now);

}  // namespace screenalytics
