// SPDX-License-Identifier: MIT
#include "s3/aws_config.h"

#include "core/error.h"
#include "files/atomic_file.h"

#include <filesystem>

namespace screenalytics {
namespace {

namespace fs = std::filesystem;

constexpr const char* kDefaultRegion = "us-east-1";

std::string_view stripped(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r";
  const std::size_t first = text.find_first_not_of(kBlank);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

/// A comment may follow a value after a blank.
std::string_view without_comment(std::string_view value) {
  for (const std::string_view mark : {" #", " ;", "\t#", "\t;"})
    value = value.substr(0, std::min(value.find(mark), value.size()));
  return stripped(value);
}

std::string value_of(const S3Environment& environment, const std::string& name) {
  const auto found = environment.find(name);
  return found == environment.end() ? "" : found->second;
}

std::string first_of(std::initializer_list<std::string> values) {
  for (const std::string& value : values)
    if (!value.empty()) return value;
  return {};
}

std::string entry(const IniSections& sections, const std::string& section, const std::string& key) {
  const auto found = sections.find(section);
  if (found == sections.end()) return {};
  const auto value = found->second.find(key);
  return value == found->second.end() ? "" : value->second;
}

/// A shared file, parsed; a file that was named must be there.
struct SharedFile {
  fs::path path;
  IniSections sections;
};

SharedFile read_shared(const S3Environment& environment,
                       const std::string& variable,
                       const char* under_home) {
  const std::string named = value_of(environment, variable);
  SharedFile file;
  file.path = named.empty() ? fs::path(value_of(environment, "HOME")) / ".aws" / under_home
                            : fs::path(named);
  std::error_code ignored;
  if (named.empty() && !fs::is_regular_file(file.path, ignored)) return file;
  file.sections = read_ini(read_text(file.path));
  return file;
}

/// The pair of keys in a section; half a pair is a mistake that is said.
std::optional<S3Credentials> keys_of(const SharedFile& file, const std::string& section) {
  S3Credentials found{entry(file.sections, section, "aws_access_key_id"),
                      entry(file.sections, section, "aws_secret_access_key"),
                      entry(file.sections, section, "aws_session_token"),
                      std::nullopt};
  if (found.access_key.empty() && found.secret_key.empty()) return std::nullopt;
  if (!found.access_key.empty() && !found.secret_key.empty()) return found;
  throw Error(ErrorKind::bad_usage,
              "'" + file.path.string() +
                  "' has only one of aws_access_key_id and "
                  "aws_secret_access_key in [" +
                  section + "]");
}

std::optional<S3Credentials> keys_of(const S3Environment& environment) {
  S3Credentials found{value_of(environment, "AWS_ACCESS_KEY_ID"),
                      value_of(environment, "AWS_SECRET_ACCESS_KEY"),
                      value_of(environment, "AWS_SESSION_TOKEN"),
                      std::nullopt};
  if (found.access_key.empty() && found.secret_key.empty()) return std::nullopt;
  if (!found.access_key.empty() && !found.secret_key.empty()) return found;
  throw Error(ErrorKind::bad_usage,
              "only one of AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY is set: set both");
}

std::string config_section(const std::string& profile) {
  return profile == "default" ? profile : "profile " + profile;
}

}  // namespace

IniSections read_ini(std::string_view text) {
  IniSections sections;
  std::string section;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    const bool indented = line.starts_with(' ') || line.starts_with('\t');
    const std::string_view bare = stripped(line);
    if (bare.empty() || bare.front() == '#' || bare.front() == ';') continue;
    if (bare.front() == '[') {
      section = stripped(bare.substr(1, bare.find(']') - 1));
      sections[section];
      continue;
    }
    const std::size_t equals = bare.find('=');
    if (indented || equals == std::string_view::npos) continue;
    sections[section][std::string(stripped(bare.substr(0, equals)))] =
        without_comment(stripped(bare.substr(equals + 1)));
  }
  return sections;
}

AwsConfig read_aws_config(const S3Options& asked, const S3Environment& environment) {
  const SharedFile secrets = read_shared(environment, "AWS_SHARED_CREDENTIALS_FILE", "credentials");
  const SharedFile config = read_shared(environment, "AWS_CONFIG_FILE", "config");
  const std::string named = first_of({asked.profile, value_of(environment, "AWS_PROFILE")});
  const std::string profile = named.empty() ? "default" : named;
  const std::string section = config_section(profile);
  if (!named.empty() && !secrets.sections.contains(profile) && !config.sections.contains(section)) {
    throw Error(ErrorKind::not_found,
                "there is no profile '" + named + "' in '" + secrets.path.string() + "' or '" +
                    config.path.string() + "'");
  }
  AwsConfig found{.options = asked};
  found.options.profile = profile;
  found.options.region = first_of({asked.region,
                                   value_of(environment, "AWS_REGION"),
                                   value_of(environment, "AWS_DEFAULT_REGION"),
                                   entry(config.sections, section, "region"),
                                   entry(secrets.sections, profile, "region"),
                                   kDefaultRegion});
  found.options.endpoint = first_of({asked.endpoint,
                                     value_of(environment, "AWS_ENDPOINT_URL_S3"),
                                     value_of(environment, "AWS_ENDPOINT_URL"),
                                     entry(config.sections, section, "endpoint_url")});
  if (asked.ca_file.empty())
    found.options.ca_file = first_of(
        {value_of(environment, "AWS_CA_BUNDLE"), entry(config.sections, section, "ca_bundle")});
  // A profile that was asked for on the command line stands before keys in the environment.
  if (asked.profile.empty()) found.credentials = keys_of(environment);
  if (!found.credentials) found.credentials = keys_of(secrets, profile);
  if (!found.credentials) found.credentials = keys_of(config, section);
  found.looked_at = "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, profile '" + profile + "' in '" +
                    secrets.path.string() + "' and '" + config.path.string() + "'";
  return found;
}

}  // namespace screenalytics
