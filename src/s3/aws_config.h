// SPDX-License-Identifier: MIT
#pragma once

#include "s3/s3_options.h"
#include "s3/sigv4.h"

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace screenalytics {

/// Sections of a shared AWS file, each key with its value. Indented lines (settings of one service)
/// and comments are left out.
using IniSections = std::map<std::string, std::map<std::string, std::string>>;
IniSections read_ini(std::string_view text);

/// What a user's AWS set-up says, after its own rules of precedence.
struct AwsConfig {
  S3Options options;  ///< region, endpoint, profile and ca_file filled in
  /// Environment first, then the shared credentials file, then the config file. Empty: none there.
  std::optional<S3Credentials> credentials;
  std::string looked_at;  ///< for people: where credentials were looked for
};

/// Reads the shared files that `environment` (or ~/.aws) names. What `asked` says wins. Throws
/// Error{not_found} for a profile or file that was named and is not there, Error{bad_usage} for
/// half a pair of keys. No message holds a key.
AwsConfig read_aws_config(const S3Options& asked, const S3Environment& environment);

}  // namespace screenalytics
