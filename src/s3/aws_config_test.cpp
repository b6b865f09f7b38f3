// SPDX-License-Identifier: MIT
#include "s3/aws_config.h"

#include "core/error.h"

#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>
#include <unistd.h>

namespace screenalytics {
namespace {

namespace fs = std::filesystem;

class AwsConfigFiles : public testing::Test {
 protected:
  void SetUp() override {
    home_ = fs::temp_directory_path() /
            ("aws_config_" +
             std::string(testing::UnitTest::GetInstance()->current_test_info()->name()) + "_" +
             std::to_string(getpid()));
    fs::create_directories(home_ / ".aws");
  }
  void TearDown() override { fs::remove_all(home_); }
  void put(const fs::path& path, const std::string& text) const { std::ofstream(path) << text; }
  void credentials(const std::string& text) const { put(home_ / ".aws/credentials", text); }
  void config(const std::string& text) const { put(home_ / ".aws/config", text); }
  S3Environment with(S3Environment more) const {
    more["HOME"] = home_.string();
    return more;
  }
  fs::path home_;
};

std::string refusal(const S3Options& asked, const S3Environment& environment) {
  try {
    read_aws_config(asked, environment);
    return "";
  } catch (const Error& error) {
    return error.what();
  }
}

TEST(ReadIni, TakesSectionsAndLeavesCommentsAndNestedSettings) {
  const IniSections sections = read_ini(
      "# first\n[default]\naws_access_key_id = A B \r\nregion=eu-west-1 # home\ns3 =\n  region = "
      "no\n\n[ profile x ]\nkey=a=b\n; end\nnothing\n");
  EXPECT_EQ(sections.at("default").at("aws_access_key_id"), "A B");
  EXPECT_EQ(sections.at("default").at("region"), "eu-west-1");
  EXPECT_EQ(sections.at("profile x").at("key"), "a=b");
}

TEST_F(AwsConfigFiles, TheEnvironmentStandsBeforeTheFiles) {
  credentials("[default]\naws_access_key_id=F\naws_secret_access_key=FS\n");
  const auto found = read_aws_config({},
                                     with({{"AWS_ACCESS_KEY_ID", "E"},
                                           {"AWS_SECRET_ACCESS_KEY", "ES"},
                                           {"AWS_SESSION_TOKEN", "T"}}));
  EXPECT_EQ(found.credentials->access_key, "E");
  EXPECT_EQ(found.credentials->session_token, "T");
  EXPECT_EQ(read_aws_config({}, with({})).credentials->access_key, "F");
}

TEST_F(AwsConfigFiles, AProfileTakesItsOwnKeysRegionAndEndpoint) {
  credentials(
      "[default]\naws_access_key_id=D\naws_secret_access_key=DS\n[w]\naws_access_key_id=W\n"
      "aws_secret_access_key=WS\naws_session_token=WT\n");
  config(
      "[default]\nregion=us-west-2\n[profile w]\nregion = eu-north-1\nendpoint_url=http://h:1\n"
      "ca_bundle=/ca.pem\n");
  for (const auto& [asked, environment] :
       {std::pair{S3Options{.profile = "w"},
                  with({{"AWS_ACCESS_KEY_ID", "E"}, {"AWS_SECRET_ACCESS_KEY", "ES"}})},
        std::pair{S3Options{}, with({{"AWS_PROFILE", "w"}})}}) {
    const auto found = read_aws_config(asked, environment);
    EXPECT_EQ(found.credentials->access_key, "W");
    EXPECT_EQ(found.credentials->session_token, "WT");
    EXPECT_EQ(found.options.region, "eu-north-1");
    EXPECT_EQ(found.options.endpoint, "http://h:1");
    EXPECT_EQ(found.options.ca_file, "/ca.pem");
  }
}

TEST_F(AwsConfigFiles, KeysMayLieInTheConfigFile) {
  config("[default]\naws_access_key_id=C\naws_secret_access_key=CS\n");
  EXPECT_EQ(read_aws_config({}, with({})).credentials->secret_key, "CS");
}

TEST_F(AwsConfigFiles, NamedFilesAreRead) {
  put(home_ / "c", "[default]\naws_access_key_id=N\naws_secret_access_key=NS\n");
  const auto found =
      read_aws_config({}, with({{"AWS_SHARED_CREDENTIALS_FILE", (home_ / "c").string()}}));
  EXPECT_EQ(found.credentials->access_key, "N");
  EXPECT_NE(refusal({}, with({{"AWS_CONFIG_FILE", (home_ / "gone").string()}})).find("gone"),
            std::string::npos);
}

TEST_F(AwsConfigFiles, RegionAndEndpointByPrecedence) {
  const auto region = [&](const S3Options& asked, const S3Environment& environment) {
    return read_aws_config(asked, with(environment)).options.region;
  };
  EXPECT_EQ(region({}, {}), "us-east-1");
  EXPECT_EQ(region({}, {{"AWS_DEFAULT_REGION", "d"}}), "d");
  EXPECT_EQ(region({}, {{"AWS_DEFAULT_REGION", "d"}, {"AWS_REGION", "r"}}), "r");
  EXPECT_EQ(region({.region = "asked"}, {{"AWS_REGION", "r"}}), "asked");
  const auto endpoint = [&](const S3Options& asked, const S3Environment& environment) {
    return read_aws_config(asked, with(environment)).options.endpoint;
  };
  EXPECT_EQ(endpoint({}, {}), "");
  EXPECT_EQ(endpoint({}, {{"AWS_ENDPOINT_URL", "a"}, {"AWS_ENDPOINT_URL_S3", "b"}}), "b");
  EXPECT_EQ(endpoint({.endpoint = "c"}, {{"AWS_ENDPOINT_URL_S3", "b"}}), "c");
}

TEST_F(AwsConfigFiles, NothingThereIsNoCredentialsAndSaysWhereItLooked) {
  const auto found = read_aws_config({}, with({}));
  EXPECT_FALSE(found.credentials);
  EXPECT_NE(found.looked_at.find(home_.string()), std::string::npos);
}

TEST_F(AwsConfigFiles, HalfAPairOrAnUnknownProfileIsRefusedWithoutShowingKeys) {
  const std::string half = refusal({}, with({{"AWS_SECRET_ACCESS_KEY", "hunter2"}}));
  EXPECT_NE(half.find("AWS_ACCESS_KEY_ID"), std::string::npos);
  EXPECT_EQ(half.find("hunter2"), std::string::npos);
  credentials("[default]\naws_secret_access_key=hunter2\n");
  const std::string in_file = refusal({}, with({}));
  EXPECT_NE(in_file.find("aws_access_key_id"), std::string::npos);
  EXPECT_EQ(in_file.find("hunter2"), std::string::npos);
  EXPECT_NE(refusal({.profile = "nobody"}, with({})).find("nobody"), std::string::npos);
}

}  // namespace
}  // namespace screenalytics
