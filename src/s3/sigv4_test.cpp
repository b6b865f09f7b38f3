// SPDX-License-Identifier: MIT
#include "s3/sigv4.h"

#include <gtest/gtest.h>

namespace screenalytics {
namespace {

const char* const kEmpty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

// "Signature Calculations for the Authorization Header" in the Amazon S3 API reference.
const S3Credentials kS3Example{
    "AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "", std::nullopt};
// The published signature version 4 test suite.
const S3Credentials kSuite{
    "AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "", std::nullopt};

std::chrono::system_clock::time_point at(std::time_t seconds) {
  return std::chrono::system_clock::from_time_t(seconds);
}
constexpr std::time_t kMay2013 = 1369353600;     // 2013-05-24T00:00:00Z
constexpr std::time_t kAugust2015 = 1440938160;  // 2015-08-30T12:36:00Z

std::string signature_of(SignedParts request,
                         const S3Credentials& credentials,
                         const SigningScope& scope,
                         std::time_t time) {
  sign(request, credentials, scope, at(time));
  const std::string& text = request.headers.at("authorization");
  return text.substr(text.find("Signature=") + 10);
}

std::string s3_signature(SignedParts request) {
  request.headers["host"] = "examplebucket.s3.amazonaws.com";
  request.headers["x-amz-content-sha256"] = request.payload_sha256;
  return signature_of(std::move(request), kS3Example, {.region = "us-east-1"}, kMay2013);
}

std::string suite_signature(SignedParts request) {
  request.headers["host"] = "example.amazonaws.com";
  request.payload_sha256 = kEmpty;
  return signature_of(
      std::move(request), kSuite, {.region = "us-east-1", .service = "service"}, kAugust2015);
}

TEST(SignatureV4, SignsAmazonsGetExample) {
  EXPECT_EQ(s3_signature({.method = "GET",
                          .path = "/test.txt",
                          .headers = {{"range", "bytes=0-9"}},
                          .payload_sha256 = kEmpty}),
            "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41");
}

TEST(SignatureV4, SignsAmazonsPutExample) {
  EXPECT_EQ(s3_signature({.method = "PUT",
                          .path = "/test%24file.text",
                          .headers = {{"date", "Fri, 24 May 2013 00:00:00 GMT"},
                                      {"x-amz-storage-class", "REDUCED_REDUNDANCY"}},
                          .payload_sha256 =
                              "44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072"}),
            "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd");
}

TEST(SignatureV4, SignsAmazonsQueryExamples) {
  EXPECT_EQ(s3_signature({.method = "GET", .query = {{"lifecycle", ""}}, .payload_sha256 = kEmpty}),
            "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543");
  EXPECT_EQ(s3_signature({.method = "GET",
                          .query = {{"prefix", "J"}, {"max-keys", "2"}},
                          .payload_sha256 = kEmpty}),
            "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7");
}

TEST(SignatureV4, SignsTheTestSuite) {
  EXPECT_EQ(suite_signature({.method = "GET"}),
            "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31");
  EXPECT_EQ(suite_signature({.method = "POST"}),
            "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b");
  EXPECT_EQ(
      suite_signature({.method = "GET", .query = {{"Param2", "value2"}, {"Param1", "value1"}}}),
      "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500");
  EXPECT_EQ(suite_signature({.method = "GET", .query = {{"\xe1\x88\xb4", "bar"}}}),
            "2cdec8eed098649ff3a119c94853b13c643bcf08f8b0a1d91e12c9027818dd04");
  EXPECT_EQ(
      suite_signature({.method = "GET",
                       .headers = {{"my-header1", " value1"}, {"my-header2", "\"a   b   c\" "}}}),
      "acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736");
}

TEST(SignatureV4, SignsTheSessionToken) {
  SignedParts request{.method = "GET", .headers = {{"host", "h"}}, .payload_sha256 = kEmpty};
  S3Credentials credentials = kSuite;
  credentials.session_token = "token";
  sign(request, credentials, {.region = "r"}, at(kAugust2015));
  EXPECT_EQ(request.headers.at("x-amz-security-token"), "token");
  EXPECT_NE(request.headers.at("authorization")
                .find("SignedHeaders=host;x-amz-date;x-amz-security-token"),
            std::string::npos);
}

}  // namespace
}  // namespace screenalytics
