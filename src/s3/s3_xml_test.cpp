// SPDX-License-Identifier: MIT
#include "s3/s3_xml.h"

#include "core/error.h"

#include <gtest/gtest.h>

namespace screenalytics {
namespace {

TEST(S3Xml, ReadsAPageOfAListing) {
  const ListPage page = read_list_page(
      R"(<?xml version="1.0" encoding="UTF-8"?><ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">)"
      R"(<IsTruncated>true</IsTruncated><NextContinuationToken>a&amp;b=</NextContinuationToken>)"
      R"(<EncodingType>url</EncodingType><Contents><Key>x/a+b%2Bc</Key><Size>5368709120</Size>)"
      R"(<ETag>&quot;9b-2&quot;</ETag></Contents><Contents><Key>y</Key><Size>0</Size></Contents></ListBucketResult>)");
  ASSERT_EQ(page.objects.size(), 2U);
  EXPECT_EQ(page.objects[0].key, "x/a b+c");
  EXPECT_EQ(page.objects[0].bytes, 5368709120U);
  EXPECT_EQ(page.objects[0].etag, "9b-2");
  EXPECT_EQ(page.objects[1].key, "y");
  EXPECT_EQ(page.next, "a&b=");
}

TEST(S3Xml, KeysThatAreNotEncodedStayAsTheyAre) {
  const ListPage page = read_list_page(
      "<ListBucketResult><IsTruncated>false</IsTruncated><NextContinuationToken>x"
      "</NextContinuationToken><Contents><Key>a+b%20&lt;</Key></Contents></ListBucketResult>");
  EXPECT_EQ(page.objects.at(0).key, "a+b%20<");
  EXPECT_EQ(page.next, "");
}

TEST(S3Xml, OtherAnswersAreRefused) {
  for (const char* text : {"", "<html>", "{}", "<Error><Code>x</Code></Error>"}) {
    EXPECT_THROW(read_list_page(text), Error) << text;
    EXPECT_THROW(read_upload_id(text), Error) << text;
    EXPECT_THROW(read_uploads_of(text, "k"), Error) << text;
  }
}

TEST(S3Xml, ReadsErrors) {
  const auto error = read_s3_error(
      "<Error><Code>PermanentRedirect</Code><Message>Not here.</Message><Region>eu-west-1</Region>"
      "</Error>");
  ASSERT_TRUE(error);
  EXPECT_EQ(error->code, "PermanentRedirect");
  EXPECT_EQ(error->message, "Not here.");
  EXPECT_EQ(error->region, "eu-west-1");
  EXPECT_FALSE(read_s3_error("<CompleteMultipartUploadResult/>"));
  EXPECT_FALSE(read_s3_error(""));
}

TEST(S3Xml, ReadsAndWritesUploadsInParts) {
  EXPECT_EQ(read_upload_id("<InitiateMultipartUploadResult><UploadId>u1</UploadId>"
                           "</InitiateMultipartUploadResult>"),
            "u1");
  const auto ids = read_uploads_of(
      "<ListMultipartUploadsResult><Upload><Key>k</Key><UploadId>1</UploadId></Upload><Upload>"
      "<Key>k2</Key><UploadId>2</UploadId></Upload></ListMultipartUploadsResult>",
      "k");
  EXPECT_EQ(ids, std::vector<std::string>{"1"});
  EXPECT_EQ(complete_upload_xml({{1, "e1", "c1="}}),
            R"(<CompleteMultipartUpload xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Part>)"
            "<ChecksumSHA256>c1=</ChecksumSHA256><ETag>\"e1\"</ETag><PartNumber>1</PartNumber>"
            "</Part></CompleteMultipartUpload>");
}

}  // namespace
}  // namespace screenalytics
