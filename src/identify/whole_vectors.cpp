// SPDX-License-Identifier: MIT
#include "identify/whole_vectors.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>

namespace screenalytics {
namespace {

constexpr std::size_t kBlock = 32;  // coordinates; rows are filled up to whole blocks
constexpr std::size_t kRows = 4;    // compared at once, so that a row is read once for four

std::size_t padded(std::size_t dimension) { return (dimension + kBlock - 1) / kBlock * kBlock; }

// NOLINTNEXTLINE(readability-identifier-naming): the compiler's own words
#define SCREENALYTICS_INLINE inline __attribute__((always_inline))

using Row = const std::int16_t*;
using FourRows = std::array<Row, kRows>;

/// Unit vectors have an exact product below 2^29 in size, partial sums included.
SCREENALYTICS_INLINE void dot_four(Row to,
                                   const FourRows& rows,
                                   std::size_t width,
                                   std::int32_t* found) {
  const Row first = rows[0], second = rows[1], third = rows[2], fourth = rows[3];
  std::int32_t a = 0, b = 0, c = 0, d = 0;
  for (std::size_t i = 0; i < width; ++i) {
    const std::int32_t value = to[i];
    a += value * first[i];
    b += value * second[i];
    c += value * third[i];
    d += value * fourth[i];
  }
  found[0] = a;
  found[1] = b;
  found[2] = c;
  found[3] = d;
}

using DotFour = void (*)(Row, const FourRows&, std::size_t, std::int32_t*);

void dot_four_plain(Row to, const FourRows& rows, std::size_t width, std::int32_t* found) {
  dot_four(to, rows, width, found);
}

SCREENALYTICS_INLINE double lane_product(const std::int32_t* first,
                                         const std::int32_t* second,
                                         std::size_t width) {
  constexpr std::size_t kLanes = 16;
  std::array<double, kLanes> lanes{};
  for (std::size_t i = 0; i < width; i += kLanes) {
    for (std::size_t k = 0; k < kLanes; ++k)
      lanes[k] += static_cast<double>(first[i + k]) * static_cast<double>(second[i + k]);
  }
  double sum = 0;
  for (const double lane : lanes) sum += lane;
  return sum;
}

using Product = double (*)(const std::int32_t*, const std::int32_t*, std::size_t);

double product_plain(const std::int32_t* first, const std::int32_t* second, std::size_t width) {
  return lane_product(first, second, width);
}

#if defined(__x86_64__)
// The same numbers in half the time, and in a quarter.
__attribute__((target("avx2"))) void dot_four_avx2(Row to,
                                                   const FourRows& rows,
                                                   std::size_t width,
                                                   std::int32_t* found) {
  dot_four(to, rows, width, found);
}

__attribute__((target("avx512bw,prefer-vector-width=512"))) void dot_four_avx512(
    Row to, const FourRows& rows, std::size_t width, std::int32_t* found) {
  dot_four(to, rows, width, found);
}

__attribute__((target("avx2"))) double product_avx2(const std::int32_t* first,
                                                    const std::int32_t* second,
                                                    std::size_t width) {
  return lane_product(first, second, width);
}

DotFour best_dot_four() {
  if (__builtin_cpu_supports("avx512bw")) return dot_four_avx512;
  return __builtin_cpu_supports("avx2") ? dot_four_avx2 : dot_four_plain;
}
Product best_product() { return __builtin_cpu_supports("avx2") ? product_avx2 : product_plain; }
#else
DotFour best_dot_four() { return dot_four_plain; }
Product best_product() { return product_plain; }
#endif

}  // namespace

WholeVectors::WholeVectors(std::span<const Embedding> faces, std::span<const double> lengths)
    : size_(faces.size()),
      width_(padded(faces.empty() ? 0 : faces.front().values().size())),
      values_(size_ * width_, 0) {
  for (std::size_t at = 0; at < size_; ++at) {
    const auto values = faces[at].values();
    assert(values.size() == faces.front().values().size());
    const double unit = lengths.empty() ? kUnit : lengths[at] * kUnit;
    for (std::size_t i = 0; i < values.size(); ++i)
      values_[at * width_ + i] = static_cast<std::int16_t>(std::lround(double{values[i]} * unit));
  }
}

std::int32_t WholeVectors::similarity(std::size_t first, std::size_t second) const {
  std::int32_t found = 0;
  similarities(first, std::span(&second, 1), std::span(&found, 1));
  return found;
}

void WholeVectors::set_mean(std::size_t at, std::span<const std::int32_t> sum, double count) {
  for (std::size_t i = 0; i < sum.size(); ++i)
    values_[at * width_ + i] = static_cast<std::int16_t>(std::lround(sum[i] / count));
}

/// Each row is at most half a unit a coordinate away from the mean it stands for, which is no
/// longer than 1 (Cauchy and Schwarz; the last term: both are off).
double WholeVectors::mean_error() const {
  const double off = 0.5 * std::sqrt(static_cast<double>(width_));
  return off * (2 * kUnit + off);
}

void WholeVectors::similarities(std::size_t to,
                                std::span<const std::size_t> others,
                                std::span<std::int32_t> found) const {
  static const DotFour dot_of_four = best_dot_four();
  for (std::size_t at = 0; at < others.size(); at += kRows) {
    const std::size_t count = std::min(kRows, others.size() - at);
    FourRows rows{};
    for (std::size_t i = 0; i < kRows; ++i)
      rows[i] = row(others[at + std::min(i, count - 1)]).data();
    std::array<std::int32_t, kRows> four{};
    dot_of_four(row(to).data(), rows, width_, four.data());
    std::copy_n(four.begin(), count, found.begin() + static_cast<std::ptrdiff_t>(at));
  }
}

double product(std::span<const std::int32_t> first, std::span<const std::int32_t> second) {
  static const Product product_of_rows = best_product();
  return product_of_rows(first.data(), second.data(), first.size());
}

}  // namespace screenalytics
