// SPDX-License-Identifier: MIT
#include "report/histogram.h"
#include "report/html_report.h"
#include "report/sections.h"
#include "report/test_report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace screenalytics {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Lt;
using testing::Not;

TEST(Histogram, CountsBelowInsideAndAbove) {
  EXPECT_THAT(count_in_bins({-1, 0, 0.99, 1, 7}, {0, 1, 2}), ElementsAre(3, 1, 1));
}

TEST(Histogram, ChartsAreTables) {
  const std::string chart = bar_table("Lengths", {"track", "tracks"}, {{"short", 3}, {"long", 1}});
  EXPECT_THAT(chart, HasSubstr("<caption>Lengths – 4 tracks</caption>"));
  EXPECT_THAT(chart, HasSubstr("<th scope=\"row\">short</th>"));
  EXPECT_THAT(chart, HasSubstr("width=\"33.3%\""));
  EXPECT_THAT(bar_table("Lengths", {"track", "tracks"}, {{"short", 1}}),
              HasSubstr("Lengths – 1 track<"));
}

TEST(TimeLine, EverySecondShotIsABand) {
  EXPECT_THAT(timeline_section(small_report()), HasSubstr("d=\"M3500 0h3500V2h-3500z\""));
}

TEST(TimeLine, StartsWhereTheVideoStarts) {
  EpisodeReport report = small_report();
  report.time.episode = {at(5), at(15)};
  report.time.people = {on_screen(1, "Ann", {{at(6), at(7)}})};
  const std::string text = timeline_section(report);
  EXPECT_THAT(text, HasSubstr("<rect x=\"1000\" y=\"0.2\" width=\"1000\""));
  EXPECT_THAT(text, HasSubstr(">0:06</text>"));
}

TEST(TimeLine, ThousandsOfMarksShareAPath) {
  const std::string text = timeline_section(long_report(1, 50'000));
  EXPECT_THAT(text, HasSubstr("<path d=\"M"));
  EXPECT_THAT(text.size(), Lt(2'600'000U));
}

TEST(Together, NobodyElseNoMatrix) {
  EpisodeReport report = small_report();
  report.time.people.resize(1);
  EXPECT_THAT(together_section(report), Not(HasSubstr("<table")));
}

TEST(Together, ShowsSecondsOfBoth) {
  const std::string text = together_section(small_report());
  EXPECT_THAT(text, HasSubstr("<td class=\"h9\">1.0</td>"));
  EXPECT_THAT(text, HasSubstr("<td class=\"self\">6.0</td>"));
}

TEST(Cpu, AnHourOfMeasurementsIsDrawnInAFewHundredPoints) {
  EXPECT_THAT(cpu_section(long_report(1, 1)).size(), Lt(25'000U));
}

}  // namespace
}  // namespace screenalytics
