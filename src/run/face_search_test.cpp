// SPDX-License-Identifier: MIT
#include "run/face_search.h"

#include "run/test_fakes.h"

#include <gtest/gtest.h>

namespace screenalytics {
namespace {

constexpr Size kPicture{640, 352};
constexpr Box kLarge{100, 100, 200, 220};
constexpr Box kOther{400, 100, 500, 220};
constexpr Box kNarrow{300, 100, 350, 160};  // 28 of its 50 px would need more than half the input

/// A search in pictures of one size.
struct Look {
  explicit Look(std::vector<Box> faces, DetectOptions options = {})
      : detector(kPicture, std::move(faces)), search(detector, options) {}
  FaceSearch::Found operator()() { return search.look(FakePicture(kPicture), core.permit); }
  std::vector<bool> full(int looks) {
    std::vector<bool> result;
    for (int i = 0; i < looks; ++i) result.push_back((*this)().full);
    return result;
  }
  OneCore core;
  FakeDetector detector;
  FaceSearch search;
};

TEST(FaceSearch, EveryNthLookIsAtFullSize) {
  Look look({kLarge}, {.full_every = 3});
  EXPECT_EQ(look.full(7), (std::vector{true, false, false, true, false, false, true}));
  EXPECT_EQ(look.search.calls(), 7);
  EXPECT_EQ(look.detector.inputs[0], (Size{640, 352}));
  EXPECT_LE(look.detector.inputs[1].width, 320);
  EXPECT_EQ(look.detector.inputs[3], (Size{640, 352}));
}

TEST(FaceSearch, OneMeansThatEveryLookIsFull) {
  Look look({kLarge}, {.full_every = 1});
  EXPECT_EQ(look.full(3), (std::vector{true, true, true}));
  EXPECT_EQ(look.search.calls(), 3);
}

TEST(FaceSearch, GivesSourcePixelsAtEverySize) {
  Look look({kLarge});
  for (int i = 0; i < 2; ++i) {
    const auto found = look();
    EXPECT_EQ(found.full, i == 0);
    ASSERT_EQ(found.faces.size(), 1U);
    EXPECT_NEAR(found.faces[0].box.left, kLarge.left, 0.01);
    EXPECT_NEAR(found.faces[0].box.bottom, kLarge.bottom, 0.01);
  }
}

TEST(FaceSearch, ANewFaceBetweenIsSearchedAgainAtFullSize) {
  Look look({kLarge});
  look();
  look.detector.faces = {kLarge, kOther};
  const auto found = look();
  EXPECT_TRUE(found.full);
  EXPECT_EQ(found.faces.size(), 2U);
  EXPECT_EQ(look.search.calls(), 3);  // full, smaller, full again
}

TEST(FaceSearch, AFaceLostBetweenIsSearchedAgainAtFullSize) {
  Look look({kLarge, kOther});
  look();
  look.detector.seen_small = std::vector{kLarge};
  const auto found = look();
  EXPECT_TRUE(found.full);
  EXPECT_EQ(found.faces.size(), 2U);  // the smaller input had overlooked it
  EXPECT_EQ(look.search.calls(), 3);
}

TEST(FaceSearch, AFaceElsewhereIsAnotherFace) {
  Look look({kLarge});
  look();
  look.detector.faces = {kOther};
  EXPECT_TRUE(look().full);
  EXPECT_EQ(look.search.calls(), 3);
}

TEST(FaceSearch, ASearchedAgainPictureCountsAsAFullLook) {
  Look look({kLarge}, {.full_every = 3});
  EXPECT_EQ(look.full(2), (std::vector{true, false}));
  look.detector.faces = {kOther};
  EXPECT_EQ(look.full(4), (std::vector{true, false, false, true}));
}

TEST(FaceSearch, FollowsAFaceThatMoves) {
  Look look({kLarge}, {.full_every = 4});
  look();
  for (int i = 1; i < 4; ++i) {
    const float shift = 30.0F * static_cast<float>(i);  // far from the first place at the end
    look.detector.faces = {{100 + shift, 100, 200 + shift, 220}};
    EXPECT_FALSE(look().full) << i;
  }
}

TEST(FaceSearch, NarrowFacesAreAlwaysSearchedAtFullSize) {
  Look look({kLarge, kNarrow});
  EXPECT_EQ(look.full(3), (std::vector{true, true, true}));
  EXPECT_EQ(look.search.calls(), 3);
}

TEST(FaceSearch, NoFaceMeansFullSize) {
  Look look({});
  EXPECT_EQ(look.full(3), (std::vector{true, true, true}));
}

TEST(FaceSearch, RestartMakesTheNextLookFull) {
  Look look({kLarge}, {.full_every = 3});
  EXPECT_EQ(look.full(2), (std::vector{true, false}));
  look.search.restart();
  EXPECT_EQ(look.full(4), (std::vector{true, false, false, true}));
}

}  // namespace
}  // namespace screenalytics
