// SPDX-License-Identifier: MIT
#include "s3/s3_address.h"

#include "core/error.h"
#include "s3/encoding.h"

#include <algorithm>

namespace screenalytics {
namespace {

constexpr std::string_view kScheme = "s3://";
constexpr std::size_t kShortestBucket = 3;
constexpr std::size_t kLongestBucket = 63;

bool may_be_in_bucket(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.';
}

bool is_bucket(const std::string& name) {
  return name.size() >= kShortestBucket && name.size() <= kLongestBucket &&
         std::ranges::all_of(name, may_be_in_bucket) && name.front() != '-' &&
         name.front() != '.' && name.back() != '-' && name.back() != '.' &&
         name.find("..") == std::string::npos;
}

std::string without_slashes(std::string text) {
  while (!text.empty() && text.back() == '/') text.pop_back();
  return text.substr(std::min(text.find_first_not_of('/'), text.size()));
}

bool may_be_in_host(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '.' || c == ':' || c == '[' || c == ']' || c == '_';
}

struct Endpoint {
  std::string scheme;
  std::string host;  ///< with the port
};

Endpoint read_endpoint(const std::string& text) {
  const std::size_t colon = text.find("://");
  const std::string scheme = text.substr(0, std::min(colon, text.size()));
  const std::string host =
      colon == std::string::npos ? "" : without_slashes(text.substr(colon + 3));
  if ((scheme != "http" && scheme != "https") || host.empty() ||
      !std::ranges::all_of(host, may_be_in_host)) {
    // What was given is not shown: it may hold a password.
    throw Error(ErrorKind::bad_usage,
                "the S3 endpoint must look like https://host or http://host:port, without a path, "
                "a name or a password");
  }
  return {scheme, host};
}

std::string aws_host(const std::string& region) {
  return "s3." + region + ".amazonaws.com" + (region.starts_with("cn-") ? ".cn" : "");
}

}  // namespace

std::string S3Place::key(std::string_view name) const {
  return (prefix.empty() ? "" : prefix + "/") + std::string(name);
}

std::string S3Place::text() const {
  return std::string(kScheme) + bucket + (prefix.empty() ? "" : "/" + prefix);
}

S3Place read_s3_place(const std::string& text) {
  const std::string rest = text.starts_with(kScheme) ? text.substr(kScheme.size()) : "";
  const std::size_t slash = std::min(rest.find('/'), rest.size());
  S3Place place{rest.substr(0, slash), without_slashes(rest.substr(slash))};
  if (is_bucket(place.bucket)) return place;
  throw Error(ErrorKind::bad_usage,
              "'" + text +
                  "' is no place in S3: write s3://bucket/prefix (a bucket's name has 3 to 63 "
                  "lower-case letters, digits, '-' and '.')");
}

S3Location locate(const std::string& endpoint,
                  const std::string& region,
                  Addressing addressing,
                  const std::string& bucket,
                  std::string_view key) {
  const Endpoint at =
      endpoint.empty() ? Endpoint{"https", aws_host(region)} : read_endpoint(endpoint);
  // A certificate for *.host does not cover a bucket's name with dots in front.
  const bool dots_under_tls = at.scheme == "https" && bucket.find('.') != std::string::npos;
  const bool automatic_host = endpoint.empty() && !dots_under_tls;
  const bool in_host = addressing == Addressing::virtual_host ||
                       (addressing == Addressing::automatic && automatic_host);
  const std::string host = in_host ? bucket + "." + at.host : at.host;
  std::string path = in_host ? "/" : "/" + bucket + (key.empty() ? "" : "/");
  path += uri_encode(key, Slash::kept);
  return {at.scheme + "://" + host, host, std::move(path)};
}

bool is_open_on_the_way(const std::string& endpoint) {
  if (endpoint.empty()) return false;
  const Endpoint at = read_endpoint(endpoint);
  const bool here = at.host.starts_with("127.") || at.host.starts_with("localhost") ||
                    at.host.starts_with("[::1]");
  return at.scheme == "http" && !here;
}

}  // namespace screenalytics
