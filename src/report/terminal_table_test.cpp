// SPDX-License-Identifier: MIT
#include "report/terminal_table.h"

#include "report/test_report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace screenalytics {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(TerminalTable, OneLineAPersonAndWhatIsLeft) {
  EpisodeScreenTime time = small_report().time;
  time.unknown = on_screen(0, "", {{at(9), at(9.5)}});
  EXPECT_EQ(screen_time_table(time),
            "person     on screen            share   first    last  times\n"
            "Ann        0:00:06.0  ± 0.2 s  60.0 %  0:00.0  0:08.0      2\n"
            "Bob        0:00:02.0  ± 0.2 s  20.0 %  0:03.0  0:05.0      1\n"
            "(unknown)  0:00:00.5  ± 0.2 s   5.0 %  0:09.0  0:09.5      1\n"
            "2 people; faces on screen 7.0 s of 10.0 s (70.0 %), two or more people 1.0 s\n");
}

TEST(TerminalTable, WideAndCombiningCharactersKeepColumnsStraight) {
  EXPECT_EQ(width_of("Zoe\u0308"), 3);
  EXPECT_EQ(width_of("王力"), 4);
  EXPECT_EQ(width_of("Zoë"), 3);
}

TEST(TerminalTable, NamesCannotSteerTheTerminal) {
  EpisodeScreenTime time = small_report().time;
  time.people[0].name = "\x1b[2JAnn\n\u202E";
  const std::string table = screen_time_table(time);
  EXPECT_THAT(table, Not(HasSubstr("\x1b")));
  EXPECT_THAT(table, Not(HasSubstr("\u202E")));
  EXPECT_THAT(table, HasSubstr("Ann"));
}

TEST(TerminalTable, LengthsHaveHours) {
  EXPECT_EQ(hours_text(from_seconds(3661.26)), "1:01:01.3");
  EXPECT_EQ(hours_text(from_seconds(59.96)), "0:01:00.0");
}

TEST(TerminalTable, LongNamesAreCut) {
  EpisodeScreenTime time = small_report().time;
  time.people[0].name = std::string(200, 'x');
  EXPECT_THAT(screen_time_table(time), HasSubstr(std::string(39, 'x') + "… "));
}

}  // namespace
}  // namespace screenalytics
