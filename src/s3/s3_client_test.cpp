// SPDX-License-Identifier: MIT
#include "s3/s3_client.h"

#include "core/error.h"
#include "files/sha256.h"
#include "s3/encoding.h"
#include "s3/scripted_server_test.h"

#include <memory>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace screenalytics {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

constexpr const char* kSecret = "wJalrXUtnFEMIsecret";

std::string s3_error(const std::string& code) {
  return "<Error><Code>" + code + "</Code><Message>said by AKID, " + kSecret + "</Message></Error>";
}

/// A client of a scripted server, with a clock, dice and waits that are ours.
class S3ClientTest : public testing::Test {
 protected:
  void answer_with(std::vector<std::string> answers, S3Options options = {}) {
    server_ = std::make_unique<ScriptedServer>(std::move(answers));
    options.endpoint = server_->url();
    options.retry.attempts = 3;
    session_ = std::make_unique<S3Session>(
        options,
        S3Environment{{"AWS_ACCESS_KEY_ID", "AKID"}, {"AWS_SECRET_ACCESS_KEY", kSecret}},
        budget_,
        S3Surprises{.now = [this] { return now_; },
                    .random = [] { return 0.5; },
                    .wait = [this](std::chrono::milliseconds time,
                                   const std::stop_token&) { waits_.push_back(time.count()); }});
    client_ = std::make_unique<S3Client>(*session_, "abc", stop_.get_token());
  }
  static Upload upload_of(const std::string& text) {
    return {.bytes = text.size(),
            .sha256 = hex(sha256_digest(text)),
            .read = [text](std::uint64_t at, std::span<std::uint8_t> room) {
              const std::size_t count = std::min(room.size(), text.size() - at);
              std::copy_n(text.begin() + static_cast<std::ptrdiff_t>(at), count, room.begin());
              return count;
            }};
  }
  /// Kind and words of what the call throws.
  template <typename Call>
  static std::pair<ErrorKind, std::string> refusal(Call call) {
    try {
      call();
      return {ErrorKind::internal, "it did not throw"};
    } catch (const Error& error) {
      return {error.kind(), error.what()};
    }
  }
  std::string request(std::size_t number) const { return server_->requests().at(number); }

  CpuBudget budget_{1};
  std::chrono::system_clock::time_point now_ = std::chrono::system_clock::from_time_t(1369353600);
  std::vector<std::int64_t> waits_;
  std::stop_source stop_;
  std::unique_ptr<ScriptedServer> server_;
  std::unique_ptr<S3Session> session_;
  std::unique_ptr<S3Client> client_;
};

TEST_F(S3ClientTest, PutSendsChecksumsAndIsSigned) {
  answer_with({http("200 OK", "", "ETag: \"e1\"\r\n")});
  EXPECT_EQ(client_->put("p/a b.json", upload_of("abc")), "e1");
  const std::string sent = request(0);
  EXPECT_THAT(sent, StartsWith("PUT /abc/p/a%20b.json HTTP/1.1\r\n"));
  EXPECT_THAT(sent,
              HasSubstr("x-amz-checksum-sha256: ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0="));
  EXPECT_THAT(sent, HasSubstr("x-amz-meta-sha256: ba7816bf8f01cfea"));
  EXPECT_THAT(sent, HasSubstr("x-amz-content-sha256: ba7816bf8f01cfea"));
  EXPECT_THAT(sent,
              HasSubstr("authorization: AWS4-HMAC-SHA256 Credential=AKID/20130524/us-east-1/s3"));
  EXPECT_THAT(sent, Not(HasSubstr(kSecret)));
  EXPECT_TRUE(sent.ends_with("\r\n\r\nabc"));
}

TEST_F(S3ClientTest, WaitsLongerEachTimeAndAsLongAsTheServerAsks) {
  answer_with({http("503 Slow Down", s3_error("SlowDown")),
               http("500 Internal", "", "Retry-After: 9\r\n"),
               http("200 OK", "", "ETag: \"e\"\r\n")});
  EXPECT_EQ(client_->put("k", upload_of("abc")), "e");
  EXPECT_THAT(waits_, testing::ElementsAre(125, 9000));
  EXPECT_EQ(session_->retries(), 2);
  EXPECT_EQ(server_->connections(), 1);  // kept alive
}

TEST_F(S3ClientTest, GivesUpAfterTheLastAttemptWithTheServersWordsButNoKeys) {
  answer_with({http("503 x", s3_error("SlowDown")),
               http("503 x", s3_error("SlowDown")),
               http("503 x", s3_error("SlowDown"))});
  const auto [kind, text] = refusal([&] { client_->put("k", upload_of("abc")); });
  EXPECT_EQ(kind, ErrorKind::unavailable);
  EXPECT_THAT(text, HasSubstr("s3://abc/k: status 503 SlowDown"));
  EXPECT_THAT(text, HasSubstr("tried 3 times"));
  EXPECT_THAT(text, Not(HasSubstr("AKID")));
  EXPECT_THAT(text, Not(HasSubstr(kSecret)));
}

TEST_F(S3ClientTest, RefusalsAreNotRepeated) {
  answer_with({http("403 Forbidden", s3_error("AccessDenied"))});
  EXPECT_EQ(refusal([&] { client_->put("k", upload_of("abc")); }).first, ErrorKind::unavailable);
  EXPECT_EQ(server_->requests().size(), 1U);
}

TEST_F(S3ClientTest, ATornConnectionIsTriedAgain) {
  answer_with({"", http("200 OK", "", "ETag: \"e\"\r\n")});
  EXPECT_EQ(client_->put("k", upload_of("abc")), "e");
  EXPECT_EQ(server_->connections(), 2);
}

TEST_F(S3ClientTest, AClockThatIsWrongIsSetByTheServers) {
  const std::string date = "Date: Fri, 24 May 2013 01:00:00 GMT\r\n";
  answer_with({http("403 x", s3_error("RequestTimeTooSkewed"), date),
               http("200 OK", "", "ETag: \"e\"\r\n")});
  EXPECT_EQ(client_->put("k", upload_of("abc")), "e");
  EXPECT_THAT(request(0), HasSubstr("x-amz-date: 20130524T000000Z"));
  EXPECT_THAT(request(1), HasSubstr("x-amz-date: 20130524T010000Z"));
  EXPECT_TRUE(waits_.empty());
}

TEST_F(S3ClientTest, ABucketElsewhereSaysWhere) {
  answer_with({http("301 Moved",
                    "<Error><Code>PermanentRedirect</Code><Region>eu-west-1</Region></Error>")});
  const auto [kind, text] = refusal([&] { client_->list("p"); });
  EXPECT_EQ(kind, ErrorKind::bad_usage);
  EXPECT_THAT(text, HasSubstr("eu-west-1"));
}

TEST_F(S3ClientTest, AServerThatKeptOtherBytesIsAskedAgain) {
  answer_with({http("200 OK", "", "x-amz-checksum-sha256: AAAA\r\n"),
               http("200 OK",
                    "",
                    "ETag: \"e\"\r\nx-amz-checksum-sha256: "
                    "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=\r\n")});
  EXPECT_EQ(client_->put("k", upload_of("abc")), "e");
  EXPECT_EQ(server_->requests().size(), 2U);
}

TEST_F(S3ClientTest, ALocalFileThatIsNotWhatItShouldBeIsNeverSentWhole) {
  answer_with({http("200 OK")});
  Upload upload = upload_of("abc");
  upload.sha256 = std::string(64, '0');
  EXPECT_EQ(refusal([&] { client_->put("k", upload); }).first, ErrorKind::bad_data);
  EXPECT_TRUE(server_->requests().empty());  // the server never had a whole request
}

TEST_F(S3ClientTest, DownloadsThatAreShortOrDamagedStartOver) {
  answer_with({"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nab",
               http("200 OK", "abX"),
               http("200 OK", "abc")});
  std::string got;
  client_->get(
      "k",
      {.bytes = 3,
       .sha256 = hex(sha256_digest("abc")),
       .begin = [&] { got.clear(); },
       .take = [&](std::span<const std::uint8_t> some) { got.append(some.begin(), some.end()); }});
  EXPECT_EQ(got, "abc");
  EXPECT_EQ(server_->requests().size(), 3U);
}

TEST_F(S3ClientTest, WhatIsNotThereIsNothing) {
  answer_with(
      {http("404 x"), http("404 x", s3_error("NoSuchKey")), http("404 x", s3_error("NoSuchKey"))});
  EXPECT_FALSE(client_->head("k"));
  EXPECT_FALSE(client_->get_text("k"));
  EXPECT_EQ(refusal([&] { client_->get("k", {.begin = [] {}}); }).first, ErrorKind::not_found);
}

TEST_F(S3ClientTest, ListsPageByPage) {
  const auto page = [](const std::string& key, const std::string& more) {
    return http("200 OK",
                "<ListBucketResult>" + more + "<Contents><Key>" + key +
                    "</Key><Size>3</Size></Contents></ListBucketResult>");
  };
  answer_with(
      {page("p/a",
            "<IsTruncated>true</IsTruncated><NextContinuationToken>t/1</NextContinuationToken>"),
       page("p/b", "")});
  const auto objects = client_->list("p/");
  ASSERT_EQ(objects.size(), 2U);
  EXPECT_EQ(objects[1].key, "p/b");
  EXPECT_THAT(request(0), HasSubstr("list-type=2&prefix=p%2F HTTP"));
  EXPECT_THAT(request(1), HasSubstr("continuation-token=t%2F1"));
}

constexpr const char* kNoUploads = "<ListMultipartUploadsResult/>";
constexpr const char* kUpload =
    "<InitiateMultipartUploadResult><UploadId>u</UploadId></InitiateMultipartUploadResult>";

constexpr const char* kParts =
    "<ListPartsResult><Part><PartNumber>1</PartNumber><ETag>\"1\"</ETag><Size>4</Size></Part><Part>"
    "<PartNumber>2</PartNumber><ETag>\"2\"</ETag><Size>3</Size></Part></ListPartsResult>";

TEST_F(S3ClientTest, LargeFilesGoUpInParts) {
  const std::string sha = hex(sha256_digest("abcdefg"));
  answer_with({http("200 OK", kNoUploads),
               http("200 OK", kUpload),
               http("200 OK", "", "ETag: \"1\"\r\n"),
               http("200 OK", "", "ETag: \"wrong\"\r\n"),
               http("200 OK", kParts),
               http("200 OK", "<CompleteMultipartUploadResult/>"),
               "HTTP/1.1 200 OK\r\nContent-Length: 7\r\nETag: \"whole\"\r\nx-amz-meta-sha256: " +
                   sha + "\r\n\r\n"},
              {.multipart_above = 6, .part_bytes = 4});
  EXPECT_EQ(client_->put("k", upload_of("abcdefg")), "whole");
  EXPECT_TRUE(request(2).ends_with("\r\n\r\nabcd"));
  EXPECT_THAT(request(2), HasSubstr("?partNumber=1&uploadId=u"));
  EXPECT_TRUE(request(3).ends_with("\r\n\r\nefg"));
  EXPECT_THAT(request(5), HasSubstr("<ETag>\"2\"</ETag><PartNumber>2</PartNumber>"));
}

TEST_F(S3ClientTest, PartsThatTheStoreDoesNotHoldAreNotJoined) {
  const std::string one =
      "<ListPartsResult><Part><PartNumber>1</PartNumber><ETag>1</ETag><Size>4</Size></Part>"
      "</ListPartsResult>";
  answer_with({http("200 OK", kNoUploads),
               http("200 OK", kUpload),
               http("200 OK"),
               http("200 OK"),
               http("200 OK", one),
               http("204 x")},
              {.multipart_above = 6, .part_bytes = 4});
  EXPECT_THAT(refusal([&] { client_->put("k", upload_of("abcdefg")); }).second,
              HasSubstr("parts are missing"));
  EXPECT_THAT(request(5), StartsWith("DELETE "));
}

TEST_F(S3ClientTest, PartsThatTheStoreHoldsOtherwiseAreNotJoined) {
  const std::string other =
      "<ListPartsResult><Part><PartNumber>1</PartNumber><ETag>1</ETag><Size>4</Size>"
      "<ChecksumSHA256>of something else</ChecksumSHA256></Part><Part><PartNumber>2</PartNumber>"
      "<ETag>2</ETag><Size>3</Size></Part></ListPartsResult>";
  answer_with({http("200 OK", kNoUploads),
               http("200 OK", kUpload),
               http("200 OK"),
               http("200 OK"),
               http("200 OK", other),
               http("204 x")},
              {.multipart_above = 6, .part_bytes = 4});
  EXPECT_THAT(refusal([&] { client_->put("k", upload_of("abcdefg")); }).second,
              HasSubstr("a part is not what was sent"));
  EXPECT_THAT(request(5), StartsWith("DELETE "));
}

TEST_F(S3ClientTest, PartsThatCannotBeSentAreThrownAway) {
  answer_with({http("200 OK", kNoUploads),
               http("200 OK", kUpload),
               http("403 x", s3_error("AccessDenied")),
               http("204 x")},
              {.multipart_above = 6, .part_bytes = 4});
  EXPECT_EQ(refusal([&] { client_->put("k", upload_of("abcdefg")); }).first,
            ErrorKind::unavailable);
  EXPECT_THAT(request(3), StartsWith("DELETE /abc/k?uploadId=u "));
}

TEST_F(S3ClientTest, AnErrorUnder200IsAnErrorAndALostAnswerIsLookedUp) {
  answer_with({http("200 OK", kNoUploads),
               http("200 OK", kUpload),
               http("200 OK"),
               http("200 OK"),
               http("403 x", s3_error("AccessDenied")),  // it may not list parts
               http("200 OK", s3_error("InternalError")),
               http("404 x", s3_error("NoSuchUpload")),
               "HTTP/1.1 200 OK\r\nContent-Length: 7\r\nETag: \"w\"\r\nx-amz-meta-sha256: " +
                   hex(sha256_digest("abcdefg")) + "\r\n\r\n"},
              {.multipart_above = 6, .part_bytes = 4});
  EXPECT_EQ(client_->put("k", upload_of("abcdefg")), "w");
}

TEST_F(S3ClientTest, StopsBetweenTwoTries) {
  answer_with({http("503 x"), http("200 OK")});
  stop_.request_stop();
  EXPECT_EQ(refusal([&] { client_->put("k", upload_of("abc")); }).first, ErrorKind::cancelled);
}

TEST(PartSize, StaysUnderTenThousandParts) {
  const S3Options options{.part_bytes = 16};
  EXPECT_EQ(part_size(options, 160'000), 16U);
  EXPECT_EQ(part_size(options, 160'001), 17U);
}

}  // namespace
}  // namespace screenalytics
