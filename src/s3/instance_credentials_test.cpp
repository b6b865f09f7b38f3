// SPDX-License-Identifier: MIT
#include "s3/instance_credentials.h"

#include "core/error.h"
#include "s3/s3_session.h"
#include "s3/scripted_server_test.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace screenalytics {
namespace {

using testing::HasSubstr;

constexpr const char* kAnswer =
    R"({"AccessKeyId":"A","SecretAccessKey":"S","Token":"T","Expiration":"2013-05-24T06:00:00Z"})";

TEST(InstanceCredentials, ComeFromTheMachineWithATokenOfItsOwn) {
  const ScriptedServer server(
      {http("200 OK", "tok"), http("200 OK", "role-1\n"), http("200 OK", kAnswer)});
  CpuBudget budget(1);
  HttpConnection connection({}, budget);
  const auto found = fetch_instance_credentials(
      {{"AWS_EC2_METADATA_SERVICE_ENDPOINT", server.url() + "/"}}, connection, {});
  EXPECT_EQ(found.access_key, "A");
  EXPECT_EQ(found.session_token, "T");
  EXPECT_EQ(found.expires, std::chrono::system_clock::from_time_t(1369375200));
  const auto requests = server.requests();
  EXPECT_THAT(requests.at(0), testing::StartsWith("PUT /latest/api/token "));
  EXPECT_THAT(requests.at(1), HasSubstr("x-aws-ec2-metadata-token: tok"));
  EXPECT_THAT(requests.at(2), HasSubstr("GET /latest/meta-data/iam/security-credentials/role-1 "));
}

TEST(InstanceCredentials, ComeFromTheContainerAndAreAskedForAgainBeforeTheyExpire) {
  const ScriptedServer server({http("200 OK", kAnswer), http("200 OK", kAnswer)});
  CpuBudget budget(1);
  auto now = std::chrono::system_clock::from_time_t(1369353600);
  S3Surprises surprises = real_surprises();
  surprises.now = [&] { return now; };
  S3Session session({.instance_credentials = true},
                    {{"AWS_CONTAINER_CREDENTIALS_FULL_URI", server.url() + "/c"},
                     {"AWS_CONTAINER_AUTHORIZATION_TOKEN", "auth"}},
                    budget,
                    surprises);
  EXPECT_EQ(session.credentials({}).secret_key, "S");
  EXPECT_EQ(session.credentials({}).secret_key, "S");
  EXPECT_EQ(server.requests().size(), 1U);
  EXPECT_THAT(server.requests().at(0), HasSubstr("authorization: auth"));
  now += std::chrono::minutes(356);
  session.credentials({});
  EXPECT_EQ(server.requests().size(), 2U);
}

TEST(InstanceCredentials, AreNotAskedForUnlessAllowed) {
  CpuBudget budget(1);
  S3Session session({}, {{"AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://127.0.0.1:9/c"}}, budget);
  try {
    session.credentials({});
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::bad_usage);
    EXPECT_THAT(error.what(), HasSubstr("--s3-instance-credentials"));
  }
}

TEST(InstanceCredentials, AreNotAskedForOverAnOpenLine) {
  CpuBudget budget(1);
  HttpConnection connection({}, budget);
  EXPECT_THROW(
      fetch_instance_credentials(
          {{"AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://example.com/c"}}, connection, {}),
      Error);
}

TEST(InstanceCredentials, OtherAnswersAreRefused) {
  for (const char* text : {"", "[]", "{}", R"({"AccessKeyId":"A"})", R"({"AccessKeyId":1})"})
    EXPECT_THROW(read_credentials_json(text), Error) << text;
}

}  // namespace
}  // namespace screenalytics
