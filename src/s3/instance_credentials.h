// SPDX-License-Identifier: MIT
#pragma once

#include "s3/http_connection.h"
#include "s3/s3_options.h"
#include "s3/sigv4.h"

#include <string>
#include <string_view>

namespace screenalytics {

/// Asks the container's credentials service (AWS_CONTAINER_CREDENTIALS_*), else the machine's
/// metadata service (IMDSv2; AWS_EC2_METADATA_SERVICE_ENDPOINT or 169.254.169.254). Throws
/// Error{unavailable}.
S3Credentials fetch_instance_credentials(const S3Environment& environment,
                                         HttpConnection& connection,
                                         const std::stop_token& stop);

/// {"AccessKeyId","SecretAccessKey","Token","Expiration"}. Throws Error{unavailable}.
S3Credentials read_credentials_json(std::string_view text);

}  // namespace screenalytics
