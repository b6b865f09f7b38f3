// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

namespace screenalytics {

/// Where in a store: s3://bucket/prefix.
struct S3Place {
  std::string bucket;
  std::string prefix;  ///< without slashes around; may be empty

  /// `<prefix>/<name>`
  std::string key(std::string_view name) const;
  std::string text() const;  ///< s3://bucket/prefix
};

/// Throws Error{bad_usage}.
S3Place read_s3_place(const std::string& text);

/// Where the bucket's name stands in an address.
enum class Addressing {
  automatic,     ///< path with an endpoint of one's own, else virtual_host
  path,          ///< https://host/bucket/key
  virtual_host,  ///< https://bucket.host/key
};

/// An object's address (or the bucket's, without a key), without a query.
struct S3Location {
  std::string origin;  ///< https://host:port
  std::string host;    ///< as the Host header and the signature have it
  std::string path;    ///< encoded
};

/// `endpoint` empty: AWS in that region. Throws Error{bad_usage} for one that is no http or https
/// address of a host.
S3Location locate(const std::string& endpoint,
                  const std::string& region,
                  Addressing addressing,
                  const std::string& bucket,
                  std::string_view key);

/// True for http to another machine: what is sent could be read on the way.
bool is_open_on_the_way(const std::string& endpoint);

}  // namespace screenalytics
