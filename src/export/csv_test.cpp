// SPDX-License-Identifier: MIT
#include "export/csv.h"

#include "export/test_export.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace screenalytics {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::StartsWith;

TEST(Csv, FieldsAreQuotedWhereTheyMustBe) {
  EXPECT_EQ(csv_line({"plain", "a,b", "say \"x\"", "two\nlines", ""}),
            "plain,\"a,b\",\"say \"\"x\"\"\",\"two\nlines\",\r\n");
}

TEST(Csv, SecondsAreShort) {
  EXPECT_EQ(csv_seconds(12s), "12");
  EXPECT_EQ(csv_seconds(1234500us), "1.2345");
  EXPECT_EQ(csv_seconds(-10us), "0");
  EXPECT_EQ(csv_share(1s, 3s), "0.3333");
  EXPECT_EQ(csv_share(1s, 0s), "0");
}

TEST(Csv, APersonALineAndTheUnknownLast) {
  const std::string text = screen_time_csv(made_export().time);
  EXPECT_THAT(text, StartsWith("identity_id,name,cast_id,named,face_visible_seconds,"));
  EXPECT_THAT(text,
              HasSubstr("zoe,true,20,0,0.3333,0.6667,0,5,45,2,10,18,1,5,2,0\r\n"
                        "id_0001,Person 1,,false,12,"));
  EXPECT_TRUE(text.ends_with("\r\n,unknown,,false,1,0,0.0167,0.0333,0,60,61,1,1,0,1,2,0,0\r\n"));
}

}  // namespace
}  // namespace screenalytics
