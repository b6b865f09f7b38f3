// SPDX-License-Identifier: MIT
#include "s3/s3_address.h"

#include "core/error.h"

#include <gtest/gtest.h>

namespace screenalytics {
namespace {

TEST(S3Place, ReadsBucketAndPrefix) {
  const S3Place place = read_s3_place("s3://my-bucket/tv//shows/");
  EXPECT_EQ(place.bucket, "my-bucket");
  EXPECT_EQ(place.prefix, "tv//shows");
  EXPECT_EQ(place.key("e1/runs"), "tv//shows/e1/runs");
  EXPECT_EQ(read_s3_place("s3://abc").key("e1"), "e1");
  EXPECT_EQ(read_s3_place("s3://abc/x").text(), "s3://abc/x");
}

TEST(S3Place, RefusesWhatIsNone) {
  for (const char* text : {"",
                           "bucket/prefix",
                           "http://b/x",
                           "s3://",
                           "s3://ab",
                           "s3://Upper/x",
                           "s3://-abc/x",
                           "s3://a..b/x",
                           "s3://user@host/x"})
    EXPECT_THROW(read_s3_place(text), Error) << text;
}

TEST(S3Location, AwsHasTheBucketInTheHost) {
  const S3Location at = locate("", "eu-west-1", Addressing::automatic, "abc", "k/a b");
  EXPECT_EQ(at.origin, "https://abc.s3.eu-west-1.amazonaws.com");
  EXPECT_EQ(at.host, "abc.s3.eu-west-1.amazonaws.com");
  EXPECT_EQ(at.path, "/k/a%20b");
  EXPECT_EQ(locate("", "cn-north-1", Addressing::automatic, "abc", "").host,
            "abc.s3.cn-north-1.amazonaws.com.cn");
}

TEST(S3Location, AnEndpointHasTheBucketInThePathUnlessAskedOtherwise) {
  const S3Location path = locate("http://127.0.0.1:9000/", "r", Addressing::automatic, "abc", "k");
  EXPECT_EQ(path.origin, "http://127.0.0.1:9000");
  EXPECT_EQ(path.path, "/abc/k");
  EXPECT_EQ(locate("http://h", "r", Addressing::automatic, "abc", "").path, "/abc");
  const S3Location host = locate("https://h:1", "r", Addressing::virtual_host, "abc", "k");
  EXPECT_EQ(host.origin, "https://abc.h:1");
  EXPECT_EQ(host.path, "/k");
}

TEST(S3Location, ABucketWithDotsIsNotPutUnderAWildcardCertificate) {
  EXPECT_EQ(locate("", "us-east-1", Addressing::automatic, "a.b.c", "k").path, "/a.b.c/k");
}

TEST(S3Location, AnEndpointWithAPasswordIsRefusedAndNotShown) {
  try {
    locate("http://user:hunter2@host", "r", Addressing::automatic, "abc", "k");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::bad_usage);
    EXPECT_EQ(std::string(error.what()).find("hunter2"), std::string::npos);
  }
}

TEST(S3Location, KnowsWhatIsOpenOnTheWay) {
  EXPECT_TRUE(is_open_on_the_way("http://example.com"));
  EXPECT_FALSE(is_open_on_the_way("https://example.com"));
  EXPECT_FALSE(is_open_on_the_way("http://127.0.0.1:9000"));
  EXPECT_FALSE(is_open_on_the_way(""));
}

}  // namespace
}  // namespace screenalytics
