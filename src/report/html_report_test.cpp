// SPDX-License-Identifier: MIT
#include "report/html_report.h"

#include "report/test_report.h"

#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace screenalytics {
namespace {

using testing::HasSubstr;
using testing::Lt;
using testing::Not;

const InlineChecksums kSums{.style = "c3R5bGU=", .script = "c2NyaXB0"};

TEST(HtmlReport, TellsWhoIsOnScreenAndForHowLong) {
  const std::string page = html_report(small_report(), kSums);
  EXPECT_THAT(page, HasSubstr("<bdi>Ann</bdi>"));
  EXPECT_THAT(page, HasSubstr("<b>6.0 s</b>"));
  EXPECT_THAT(page, HasSubstr("60.0 %"));
  EXPECT_THAT(page, HasSubstr("± 0.2 s"));
  EXPECT_THAT(page, HasSubstr("<title>Ann: 0:06.0 – 0:08.0 (2.0 s)</title>"));
  EXPECT_THAT(page, HasSubstr("<li>0:03.0 – 0:05.0</li>"));
  EXPECT_THAT(page, HasSubstr("blurry"));
}

TEST(HtmlReport, NamesAreTextNeverMarkup) {
  EpisodeReport report = small_report();
  const std::string evil = "<script>alert(1)</script>&\"'";
  report.ep_id = evil;
  report.time.people[0].name = evil;
  report.time.people[0].cast_id = evil;
  report.identities.warnings = {evil};
  report.identities.conflicts = {{"two_seeds", evil}};
  report.facts = {{evil, {{evil, evil}}}};
  report.models = {{evil, evil, evil, evil, evil, evil}};
  report.skipped = {{evil, 1}};
  const std::string page = html_report(report, kSums);
  EXPECT_THAT(page, Not(HasSubstr("<script>alert")));
  EXPECT_THAT(page, Not(HasSubstr("&\"'")));
  EXPECT_THAT(page, HasSubstr("&lt;script&gt;alert(1)&lt;/script&gt;&amp;&quot;&#39;"));
}

TEST(HtmlReport, LoadsNothingAndLetsNothingElseRun) {
  const std::string page = html_report(small_report(), kSums);
  EXPECT_THAT(page,
              HasSubstr("default-src 'none'; img-src data:; style-src 'sha256-c3R5bGU='; "
                        "script-src 'sha256-c2NyaXB0'; base-uri 'none'; form-action 'none'"));
  EXPECT_THAT(page, Not(HasSubstr("http:")));
  EXPECT_THAT(page, Not(HasSubstr("https:")));
  EXPECT_THAT(page, Not(HasSubstr(" style=")));
  EXPECT_THAT(page, Not(HasSubstr(" onclick=")));
}

TEST(HtmlReport, SameReportSameBytes) {
  EXPECT_EQ(html_report(long_report(7, 40), kSums), html_report(long_report(7, 40), kSums));
}

TEST(HtmlReport, SaysWhatItDoesNotKnow) {
  const std::string page = html_report(small_report(), kSums);
  EXPECT_THAT(page, HasSubstr("CPU use over time was not recorded"));
  EXPECT_THAT(page, HasSubstr("nothing asks for your decision"));
}

TEST(HtmlReport, ShowsAnEpisodeWithoutPeople) {
  EpisodeReport report;
  report.ep_id = "empty";
  const std::string page = html_report(report, kSums);
  EXPECT_THAT(page, HasSubstr("No person was found"));
  EXPECT_THAT(page, HasSubstr("Nobody is on screen"));
}

TEST(HtmlReport, DrawsTheCapOverTheCpu) {
  EpisodeReport report = small_report();
  report.cpu = {.points = {{0.1, 120}, {0.2, 310}}, .cap_percent = 300};
  const std::string page = html_report(report, kSums);
  EXPECT_THAT(page, HasSubstr("class=\"cap\""));
  EXPECT_THAT(page, HasSubstr("mean 215 %, highest 310 %"));
  EXPECT_THAT(page, HasSubstr("cap 300 %, 1 window of 2 above it"));
}

TEST(HtmlReport, ListsTracksWithoutAPersonAndTheirReason) {
  EpisodeReport report = small_report();
  report.identities.unknown = {{TrackId{1}, "low_quality", 2}};
  report.identities.ignored = {TrackId{9}};
  const std::string page = html_report(report, kSums);
  EXPECT_THAT(page, HasSubstr("low_quality"));
  EXPECT_THAT(page, HasSubstr("0:00.0 – 0:03.9"));
  EXPECT_THAT(page, HasSubstr("ignored by hand"));
}

/// An hour's report with pictures as large as faces become: 160 px about 9 KiB at most.
std::size_t bytes_of_hour(int people, int tracks) {
  EpisodeReport report = long_report(people, tracks);
  for (std::size_t i = 0; i < report.time.people.size(); ++i) {
    const auto side = static_cast<std::size_t>(picture_side(i));
    if (side == 0) continue;
    report.pictures[report.time.people[i].identity] = {
        std::vector<std::uint8_t>(side * side * 9 / 25, 7),
        static_cast<int>(side),
        static_cast<int>(side)};
  }
  return html_report(report, kSums).size();
}

TEST(HtmlReport, AnHourStaysUnderThreeMegabytes) {
  EXPECT_THAT(bytes_of_hour(60, 1500), Lt(2'000'000U));
  EXPECT_THAT(bytes_of_hour(300, 20'000), Lt(3'000'000U));
  EXPECT_THAT(bytes_of_hour(2'000, 20'000), Lt(3'000'000U));
}

TEST(HtmlReport, WhatIsLeftOutIsSaid) {
  const std::string page = html_report(long_report(350, 700), kSums);
  EXPECT_THAT(page, HasSubstr("50 more are not shown here: see screentime.json"));
}

}  // namespace
}  // namespace screenalytics
