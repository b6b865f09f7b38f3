// SPDX-License-Identifier: MIT
#include "s3/sigv4.h"

#include "s3/encoding.h"

#include <algorithm>
#include <array>
#include <ctime>

namespace screenalytics {
namespace {

constexpr const char* kAlgorithm = "AWS4-HMAC-SHA256";
constexpr std::size_t kDateLength = 8;

/// 20130524T000000Z
std::string time_text(std::chrono::system_clock::time_point now) {
  const std::time_t seconds = std::chrono::system_clock::to_time_t(now);
  std::tm utc{};
  gmtime_r(&seconds, &utc);
  std::array<char, 32> text{};
  std::strftime(text.data(), text.size(), "%Y%m%dT%H%M%SZ", &utc);
  return text.data();
}

/// Without blanks around, and one where there were many.
std::string trimmed(const std::string& value) {
  std::string text;
  for (const char c : value) {
    const bool blank = c == ' ' || c == '\t';
    if (blank && (text.empty() || text.back() == ' ')) continue;
    text += blank ? ' ' : c;
  }
  if (!text.empty() && text.back() == ' ') text.pop_back();
  return text;
}

std::string signed_names(const SignedParts& request) {
  std::string names;
  for (const auto& [name, value] : request.headers) names += (names.empty() ? "" : ";") + name;
  return names;
}

std::string canonical_request(const SignedParts& request) {
  std::string text =
      request.method + "\n" + request.path + "\n" + canonical_query(request.query) + "\n";
  for (const auto& [name, value] : request.headers) text += name + ":" + trimmed(value) + "\n";
  return text + "\n" + signed_names(request) + "\n" + request.payload_sha256;
}

Digest signing_key(const S3Credentials& credentials,
                   const SigningScope& scope,
                   const std::string& date) {
  const std::string first = "AWS4" + credentials.secret_key;
  Digest key =
      hmac_sha256({reinterpret_cast<const std::uint8_t*>(first.data()), first.size()}, date);
  key = hmac_sha256(key, scope.region);
  key = hmac_sha256(key, scope.service);
  return hmac_sha256(key, "aws4_request");
}

}  // namespace

std::string canonical_query(const std::vector<std::pair<std::string, std::string>>& query) {
  std::vector<std::pair<std::string, std::string>> encoded;
  encoded.reserve(query.size());
  for (const auto& [name, value] : query)
    encoded.emplace_back(uri_encode(name, Slash::encoded), uri_encode(value, Slash::encoded));
  std::ranges::sort(encoded);
  std::string text;
  for (const auto& [name, value] : encoded)
    text.append(text.empty() ? "" : "&").append(name).append("=").append(value);
  return text;
}

void sign(SignedParts& request,
          const S3Credentials& credentials,
          const SigningScope& scope,
          std::chrono::system_clock::time_point now) {
  const std::string time = time_text(now);
  const std::string date = time.substr(0, kDateLength);
  request.headers["x-amz-date"] = time;
  if (!credentials.session_token.empty())
    request.headers["x-amz-security-token"] = credentials.session_token;
  const std::string where = date + "/" + scope.region + "/" + scope.service + "/aws4_request";
  const std::string to_sign = std::string(kAlgorithm) + "\n" + time + "\n" + where + "\n" +
                              hex(sha256_digest(canonical_request(request)));
  const std::string signature = hex(hmac_sha256(signing_key(credentials, scope, date), to_sign));
  request.headers["authorization"] =
      std::string(kAlgorithm) + " Credential=" + credentials.access_key + "/" + where +
      ", SignedHeaders=" + signed_names(request) + ", Signature=" + signature;
}

}  // namespace screenalytics
