// SPDX-License-Identifier: MIT
#include "identify/nearest_rows.h"

#include <gmock/gmock.h>

namespace screenalytics {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::vector<std::size_t> rows_near(const std::vector<float>& face,
                                   const std::vector<float>& rows,
                                   double min_similarity) {
  std::vector<std::size_t> list;
  for (const NearRow& near : nearest_rows(face, rows, min_similarity)) list.push_back(near.row);
  return list;
}

TEST(NearestRows, AreThoseAboveTheThresholdNearestFirst) {
  EXPECT_THAT(rows_near({1, 0}, {0, 1, 1, 0, 0.8F, 0.6F, -1, 0}, 0.5), ElementsAre(1, 2));
}

TEST(NearestRows, EqualOnesComeByRow) {
  EXPECT_THAT(rows_near({1, 0}, {1, 0, 1, 0}, 0.5), ElementsAre(0, 1));
}

TEST(NearestRows, LongRowsAreAddedWhole) {
  std::vector<float> face(37, 0.0F);
  face[36] = 1;
  EXPECT_THAT(rows_near(face, face, 0.99), ElementsAre(0));
}

TEST(NearestRows, OfNothingAreNone) {
  EXPECT_THAT(rows_near({1, 0}, {}, 0), IsEmpty());
  EXPECT_THAT(rows_near({}, {}, 0), IsEmpty());
}

}  // namespace
}  // namespace screenalytics
