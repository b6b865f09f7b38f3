// SPDX-License-Identifier: MIT
#include "export/webvtt.h"

#include "export/test_export.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace screenalytics {
namespace {

using namespace std::chrono_literals;

TEST(WebVtt, ChaptersNameThePeopleOfEachShotFromTheFirstFrameOn) {
  EXPECT_EQ(webvtt_chapters(made_export()),
            "WEBVTT\n\n"
            "shot-0\n00:00:00.000 --> 00:00:30.000\n"
            "Zo\u00eb \"Z\", &lt;b&gt; &amp; Co --&gt; \u5c71\n\n"
            "shot-1\n00:00:30.000 --> 00:01:00.000\n"
            "Person 1, Zo\u00eb \"Z\", &lt;b&gt; &amp; Co --&gt; \u5c71\n\n");
}

TEST(WebVtt, AShotWithNobodySaysSoAndOneWithoutLengthIsLeftOut) {
  EpisodeExport e = made_export();
  e.time.shots[0].present.clear();
  e.time.shots[1].span.end = e.time.shots[1].span.begin;
  EXPECT_EQ(webvtt_chapters(e), "WEBVTT\n\nshot-0\n00:00:00.000 --> 00:00:30.000\n(nobody)\n\n");
}

TEST(WebVtt, MetadataIsOneLineOfJsonThatCannotEndTheCue) {
  EXPECT_EQ(
      webvtt_metadata(made_export()),
      "WEBVTT\n\n"
      "id_0002-1\n00:00:00.000 --> 00:00:10.000\n"
      "{\"identity_id\":\"id_0002\",\"name\":\"Zo\u00eb \\\"Z\\\", <b\\u003e & Co\\n--\\u003e "
      "\u5c71\",\"cast_id\":\"zoe\"}\n\n"
      "id_0002-2\n00:00:30.000 --> 00:00:40.000\n"
      "{\"identity_id\":\"id_0002\",\"name\":\"Zo\u00eb \\\"Z\\\", <b\\u003e & Co\\n--\\u003e "
      "\u5c71\",\"cast_id\":\"zoe\"}\n\n"
      "id_0001-1\n00:00:38.000 --> 00:00:50.000\n"
      "{\"identity_id\":\"id_0001\",\"name\":\"Person 1\",\"cast_id\":null}\n\n");
}

TEST(WebVtt, HoursAreWritten) {
  EpisodeExport e = made_export();
  e.time.shots = {{.shot = {0}, .span = span(5s, 5s + 100h + 1500us)}};
  EXPECT_THAT(webvtt_chapters(e), testing::HasSubstr("00:00:00.000 --> 100:00:00.002\n"));
}

}  // namespace
}  // namespace screenalytics
