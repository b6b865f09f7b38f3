// SPDX-License-Identifier: MIT
#include "export/edl.h"

#include "export/test_export.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace screenalytics {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

TEST(Edl, AnEventAnAppearanceAtItsPlaceInTheEpisode) {
  const auto files = edit_lists(made_export());
  ASSERT_EQ(files.size(), 2U);
  EXPECT_EQ(files[0].name, "id_0002.edl");
  EXPECT_EQ(files[0].text,
            "TITLE: show-s01e01 - Zo\u00eb \"Z\", <b> & Co --> \u5c71\n"
            "FCM: NON-DROP FRAME\n\n"
            "001  SHOWS01E V     C        00:00:00:00 00:00:10:00 00:00:00:00 00:00:10:00\n"
            "* FROM CLIP NAME: a,b.mp4\n"
            "* COMMENT: Zo\u00eb \"Z\", <b> & Co --> \u5c71 (id_0002)\n\n"
            "002  SHOWS01E V     C        00:00:30:00 00:00:40:00 00:00:30:00 00:00:40:00\n"
            "* FROM CLIP NAME: a,b.mp4\n"
            "* COMMENT: Zo\u00eb \"Z\", <b> & Co --> \u5c71 (id_0002)\n\n");
}

TEST(Edl, AnAppearanceShorterThanAFrameLastsOne) {
  EpisodeExport e = made_export();
  e.time.people[1].appearances = {span(6s, 6s + 1ms)};
  EXPECT_THAT(edit_lists(e)[1].text, HasSubstr(" 00:00:01:00 00:00:01:01 "));
}

TEST(Edl, DropFrameIsSaid) {
  EpisodeExport e = made_export();
  e.rate = FrameRate::near(29.97);
  EXPECT_THAT(edit_lists(e)[0].text, HasSubstr("FCM: DROP FRAME\n"));
  EXPECT_THAT(edit_lists(e)[0].text, HasSubstr(" 00:00:29;29 00:00:39;29 "));
}

TEST(Edl, MoreThan999EventsGoIntoFurtherFiles) {
  EpisodeExport e = made_export();
  e.time.people.resize(1);
  e.time.people[0].appearances.clear();
  for (int i = 0; i < 1001; ++i)
    e.time.people[0].appearances.push_back(span(5s + i * 2s, 6s + i * 2s));
  const auto files = edit_lists(e);
  ASSERT_EQ(files.size(), 2U);
  EXPECT_EQ(files[1].name, "id_0002_2.edl");
  EXPECT_THAT(files[0].text, HasSubstr("\n999  "));
  EXPECT_THAT(files[1].text, HasSubstr("\n002  SHOWS01E V     C        00:33:20:00 "));
}

TEST(Edl, AnEpisodeWithoutLettersHasTheUsualReel) {
  EpisodeExport e = made_export();
  e.ep_id = "_-_";
  EXPECT_THAT(edit_lists(e)[1].text, HasSubstr("001  AX       V "));
}

}  // namespace
}  // namespace screenalytics
