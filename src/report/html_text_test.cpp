// SPDX-License-Identifier: MIT
#include "report/html_text.h"

#include "report/test_report.h"

#include <gtest/gtest.h>

namespace screenalytics {
namespace {

TEST(HtmlText, EscapesWhatHtmlReads) {
  EXPECT_EQ(escaped("<a href='x'>\"&</a>"), "&lt;a href=&#39;x&#39;&gt;&quot;&amp;&lt;/a&gt;");
}

TEST(HtmlText, KeepsEveryLanguage) {
  EXPECT_EQ(escaped("Zoë שרה 王 😀"), "Zoë שרה 王 😀");
  EXPECT_EQ(isolated("שרה"), "<bdi>שרה</bdi>");
}

TEST(HtmlText, BrokenBytesAndControlsAreReplaced) {
  EXPECT_EQ(escaped("a\xFFz"), "a\xEF\xBF\xBDz");
  EXPECT_EQ(escaped("\xE2\x82"), "\xEF\xBF\xBD\xEF\xBF\xBD");
  EXPECT_EQ(escaped(std::string("a\0b\x1b", 4)),
            "a\xEF\xBF\xBD"
            "b\xEF\xBF\xBD");
  EXPECT_EQ(escaped("\xC0\xAF"), "\xEF\xBF\xBD\xEF\xBF\xBD");
  EXPECT_EQ(escaped("\xED\xA0\x80").find('\xED'), std::string::npos);
}

TEST(HtmlText, Base64AsInRfc4648) {
  const auto of = [](std::string_view text) {
    return base64(std::vector<std::uint8_t>(text.begin(), text.end()));
  };
  EXPECT_EQ(of(""), "");
  EXPECT_EQ(of("f"), "Zg==");
  EXPECT_EQ(of("fo"), "Zm8=");
  EXPECT_EQ(of("foobar"), "Zm9vYmFy");
}

TEST(HtmlText, TimesForPeople) {
  EXPECT_EQ(clock_text(at(4.92)), "0:04.9");
  EXPECT_EQ(clock_text(at(59.96)), "1:00.0");
  EXPECT_EQ(clock_text(at(3723.4)), "1:02:03.4");
  EXPECT_EQ(clock_text(at(-1.5)), "-0:01.5");
  EXPECT_EQ(length_text(from_seconds(4.92)), "4.9 s");
  EXPECT_EQ(length_text(from_seconds(59.96)), "1 min 00.0 s");
  EXPECT_EQ(length_text(from_seconds(123.4)), "2 min 03.4 s");
  EXPECT_EQ(length_text(from_seconds(3723)), "1 h 02 min 03 s");
}

TEST(HtmlText, AShareOfNothingIsNothing) {
  EXPECT_EQ(percent_of(from_seconds(1), Duration{}), "0.0 %");
  EXPECT_EQ(percent_of(from_seconds(1), from_seconds(8)), "12.5 %");
}

}  // namespace
}  // namespace screenalytics
