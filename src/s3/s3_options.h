// SPDX-License-Identifier: MIT
#pragma once

#include "s3/retry.h"
#include "s3/s3_address.h"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>

namespace screenalytics {

/// How a store is talked to. Empty texts: what the environment and the shared files say.
struct S3Options {
  std::string endpoint;  ///< https://host:port; empty: AWS
  std::string region;
  std::string profile;
  Addressing addressing = Addressing::automatic;
  int concurrency = 2;                           ///< transfers, and so connections, at once
  std::uint64_t multipart_above = 64ULL << 20U;  ///< larger files go up in parts, bytes
  std::uint64_t part_bytes = 16ULL << 20U;       ///< grows for files of more than 10,000 parts
  RetryOptions retry;
  std::chrono::seconds connect_timeout{10};
  std::chrono::seconds stall_timeout{30};  ///< a transfer slower than 1 KiB/s for so long is torn
  std::filesystem::path ca_file;           ///< certificates that are trusted; empty: the system's
  /// Ask the container's or the machine's metadata service for credentials when there are no
  /// others.
  bool instance_credentials = false;
};

/// The AWS_* variables that matter here, by name, and HOME.
using S3Environment = std::map<std::string, std::string>;

/// The names that are read.
inline constexpr const char* kS3Variables[] = {"AWS_ACCESS_KEY_ID",
                                               "AWS_SECRET_ACCESS_KEY",
                                               "AWS_SESSION_TOKEN",
                                               "AWS_PROFILE",
                                               "AWS_SHARED_CREDENTIALS_FILE",
                                               "AWS_CONFIG_FILE",
                                               "AWS_REGION",
                                               "AWS_DEFAULT_REGION",
                                               "AWS_ENDPOINT_URL_S3",
                                               "AWS_ENDPOINT_URL",
                                               "AWS_CA_BUNDLE",
                                               "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
                                               "AWS_CONTAINER_CREDENTIALS_FULL_URI",
                                               "AWS_CONTAINER_AUTHORIZATION_TOKEN",
                                               "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
                                               "AWS_EC2_METADATA_SERVICE_ENDPOINT",
                                               "HOME"};

}  // namespace screenalytics
