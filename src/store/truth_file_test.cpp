// SPDX-License-Identifier: MIT
#include "store/truth_file.h"

#include "core/error.h"
#include "store/test_folder.h"

#include <gmock/gmock.h>

namespace screenalytics {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class TruthFile : public TestFolder {
 protected:
  Truth read(std::string_view text) const {
    put(in("truth"), text);
    return read_truth(in("truth"));
  }
};

TEST_F(TruthFile, ReadsBoxesAndSegments) {
  const Truth truth = read(
      R"({"frames":9,"fps":25,"segments":[{"start":0,"end":4,"identities_left_to_right":["B","A"]}],
          "boxes":[{"frame":3,"id":"A","x1":1,"y1":2,"x2":3,"y2":4}]})");
  EXPECT_TRUE(truth.tight);
  EXPECT_THAT(truth.people, ElementsAre("A", "B"));
  ASSERT_EQ(truth.regions.size(), 1U);
  EXPECT_EQ(truth.regions[0].box, (Box{1, 2, 3, 4}));
  EXPECT_THAT(truth.presence.at("B"), ElementsAre(testing::Pair(0, 4)));
}

TEST_F(TruthFile, ReadsRegionsOfMadeEpisodes) {
  const Truth truth = read(
      R"({"frames":9,"fps":25,"source_frames":[0,2,4],"regions":[
          {"start":0,"end":7,"id":"A","visible":0.4,"order":1,"x1":1,"y1":2,"x2":3,"y2":4}]})");
  EXPECT_FALSE(truth.tight);
  EXPECT_EQ(truth.regions.at(0).last, FrameIndex{7});
  EXPECT_DOUBLE_EQ(truth.regions.at(0).visible, 0.4);
  EXPECT_THAT(truth.shown_at, ElementsAre(0, 2, 4));
}

TEST_F(TruthFile, ReadsMotChallengeText) {
  const Truth truth = read("2,7,10,20,30,40,1,1,0.8\n\n1, 7, 11, 20, 30, 40\n3,8,1,1,1,1,0\n");
  EXPECT_EQ(truth.frames, 3);
  EXPECT_THAT(truth.people, ElementsAre("7"));
  ASSERT_EQ(truth.regions.size(), 2U);
  EXPECT_EQ(truth.regions[0].first, FrameIndex{0});
  EXPECT_EQ(truth.regions[1].box, (Box{10, 20, 40, 60}));
  EXPECT_DOUBLE_EQ(truth.regions[1].visible, 0.8);
}

TEST_F(TruthFile, WhatCannotBeUsedIsRefusedWithTheReason) {
  for (const char* text :
       {"", "{", "{\"frames\":3}", "1,2,3\n", "0,1,2,3,4,5\n", "1,x,2,3,4,5\n"}) {
    const Refusal refusal = refusal_of([&] { read(text); });
    EXPECT_EQ(refusal.kind, ErrorKind::bad_data) << text;
    EXPECT_THAT(refusal.text, HasSubstr("cannot be used")) << text;
  }
  EXPECT_EQ(refusal_of([&] { read_truth(in("none")); }).kind, ErrorKind::not_found);
}

}  // namespace
}  // namespace screenalytics
