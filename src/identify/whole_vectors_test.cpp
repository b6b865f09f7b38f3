// SPDX-License-Identifier: MIT
#include "identify/whole_vectors.h"

#include <array>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <random>
#include <vector>

#include <gtest/gtest.h>

namespace screenalytics {
namespace {

std::vector<Embedding> random_faces(std::size_t count, std::size_t dimension) {
  std::mt19937 dice(3);
  std::normal_distribution<float> normal;
  std::vector<Embedding> faces;
  for (std::size_t at = 0; at < count; ++at) {
    std::vector<float> raw(dimension);
    for (float& value : raw) value = normal(dice);
    faces.push_back(*Embedding::normalised(std::move(raw)));
  }
  return faces;
}

std::int32_t plain(const WholeVectors& vectors, std::size_t first, std::size_t second) {
  return std::inner_product(vectors.row(first).begin(),
                            vectors.row(first).end(),
                            vectors.row(second).begin(),
                            std::int32_t{0});
}

TEST(WholeVectors, SimilaritiesAreExactForAnyNumberOfOthersAndAnyDimension) {
  for (const std::size_t dimension : {3, 64, 100, 512}) {
    const WholeVectors vectors(random_faces(12, dimension));
    for (std::size_t count = 0; count <= 9; ++count) {
      std::vector<std::size_t> others(count);
      std::iota(others.begin(), others.end(), 12 - count);
      std::vector<std::int32_t> found(count, -1);
      vectors.similarities(1, others, found);
      for (std::size_t i = 0; i < count; ++i)
        EXPECT_EQ(found[i], plain(vectors, 1, others[i])) << dimension << ' ' << count;
    }
    EXPECT_EQ(vectors.similarity(0, 7), plain(vectors, 7, 0));
  }
}

TEST(WholeVectors, AMeanIsWithinItsErrorOfTheMeanOfAllPairs) {
  constexpr std::size_t kFaces = 40, kHalf = 20, kDimension = 512;
  const WholeVectors faces(random_faces(kFaces, kDimension));
  WholeVectors means(faces);
  for (const std::size_t begin : {std::size_t{0}, kHalf}) {
    std::vector<std::int32_t> sum(faces.width(), 0);
    for (std::size_t at = begin; at < begin + kHalf; ++at) {
      for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += faces.row(at)[i];
    }
    means.set_mean(begin, sum, kHalf);
  }
  double pairs = 0;
  for (std::size_t a = 0; a < kHalf; ++a) {
    for (std::size_t b = kHalf; b < kFaces; ++b) pairs += faces.similarity(a, b);
  }
  EXPECT_NEAR(means.similarity(0, kHalf), pairs / (kHalf * kHalf), means.mean_error());
  EXPECT_LT(means.mean_error(), 0.0015 * WholeVectors::kOne);
  EXPECT_EQ(means.similarity(1, 2), faces.similarity(1, 2));  // the others are as they were
}

}  // namespace
}  // namespace screenalytics
