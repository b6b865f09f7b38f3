// SPDX-License-Identifier: MIT
#include "s3/instance_credentials.h"

#include "core/error.h"
#include "files/atomic_file.h"

#include <chrono>
#include <ctime>

#include <nlohmann/json.hpp>

namespace screenalytics {
namespace {

constexpr std::chrono::seconds kStall{5};

std::string value_of(const S3Environment& environment, const std::string& name) {
  const auto found = environment.find(name);
  return found == environment.end() ? "" : found->second;
}

/// 2026-11-29T23:00:00Z
std::optional<std::chrono::system_clock::time_point> read_time(const std::string& text) {
  std::tm utc{};
  if (strptime(text.c_str(), "%Y-%m-%dT%H:%M:%S", &utc) == nullptr) return std::nullopt;
  return std::chrono::system_clock::from_time_t(timegm(&utc));
}

std::string ask(HttpConnection& connection, HttpCall call, const std::stop_token& stop) {
  call.stall_timeout = kStall;
  const HttpBody nothing{0, [](std::uint64_t, std::span<std::uint8_t>) { return std::size_t{0}; }};
  if (call.method == "PUT") call.body = &nothing;
  HttpOutcome outcome = connection.send(call, stop);
  if (outcome.torn.empty() && outcome.reply.status == 200) return std::move(outcome.reply.body);
  throw Error(
      ErrorKind::unavailable,
      "the metadata service gives no credentials: " +
          (outcome.torn.empty() ? "status " + std::to_string(outcome.reply.status) : outcome.torn));
}

/// Credentials must not be asked for over a line that others can listen on.
bool is_private(const std::string& url) {
  return url.starts_with("https://") || url.starts_with("http://127.") ||
         url.starts_with("http://localhost") || url.starts_with("http://[::1]") ||
         url.starts_with("http://169.254.170.");
}

std::string first_line(std::string text) {
  text.resize(std::min(text.find_first_of("\r\n"), text.size()));
  return text;
}

S3Credentials from_container(const S3Environment& environment,
                             const std::string& url,
                             HttpConnection& connection,
                             const std::stop_token& stop) {
  if (!is_private(url)) {
    throw Error(ErrorKind::unavailable,
                "AWS_CONTAINER_CREDENTIALS_FULL_URI must be https, or on this machine");
  }
  std::string token = value_of(environment, "AWS_CONTAINER_AUTHORIZATION_TOKEN");
  if (const auto file = value_of(environment, "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE");
      !file.empty())
    token = first_line(read_text(file));
  HttpCall call{.url = url};
  if (!token.empty()) call.headers["authorization"] = token;
  return read_credentials_json(ask(connection, call, stop));
}

S3Credentials from_machine(const S3Environment& environment,
                           HttpConnection& connection,
                           const std::stop_token& stop) {
  std::string service = value_of(environment, "AWS_EC2_METADATA_SERVICE_ENDPOINT");
  if (service.empty()) service = "http://169.254.169.254";
  while (service.ends_with('/')) service.pop_back();
  const std::string token =
      first_line(ask(connection,
                     {.method = "PUT",
                      .url = service + "/latest/api/token",
                      .headers = {{"x-aws-ec2-metadata-token-ttl-seconds", "21600"}}},
                     stop));
  const std::map<std::string, std::string> headers{{"x-aws-ec2-metadata-token", token}};
  const std::string folder = service + "/latest/meta-data/iam/security-credentials/";
  const std::string role = first_line(ask(connection, {.url = folder, .headers = headers}, stop));
  return read_credentials_json(ask(connection, {.url = folder + role, .headers = headers}, stop));
}

}  // namespace

S3Credentials read_credentials_json(std::string_view text) {
  const auto json = nlohmann::json::parse(text, nullptr, false);
  const auto field = [&](const char* name) -> std::string {
    return json.is_object() && json.contains(name) && json.at(name).is_string()
               ? json.at(name).get<std::string>()
               : "";
  };
  S3Credentials found{field("AccessKeyId"), field("SecretAccessKey"), field("Token"), std::nullopt};
  if (found.access_key.empty() || found.secret_key.empty())
    throw Error(ErrorKind::unavailable, "the metadata service's answer holds no credentials");
  found.expires = read_time(field("Expiration"));
  return found;
}

S3Credentials fetch_instance_credentials(const S3Environment& environment,
                                         HttpConnection& connection,
                                         const std::stop_token& stop) {
  const std::string full = value_of(environment, "AWS_CONTAINER_CREDENTIALS_FULL_URI");
  const std::string relative = value_of(environment, "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI");
  if (!relative.empty())
    return from_container(environment, "http://169.254.170.2" + relative, connection, stop);
  if (!full.empty()) return from_container(environment, full, connection, stop);
  return from_machine(environment, connection, stop);
}

}  // namespace screenalytics
