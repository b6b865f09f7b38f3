// SPDX-License-Identifier: MIT
#include "video/shot_content.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>

namespace screenalytics {
namespace {

constexpr int kBlockWidth = 8;
constexpr int kBlockHeight = 6;
constexpr int kReachX = 4;
constexpr int kReachY = 3;
constexpr int kUnit = 36;            // one standard deviation of luma
constexpr float kLeastContrast = 4;  // below it, noise would be blown up

constexpr double kWhole = kBlockWidth * kBlockHeight * kUnit;
constexpr int kBlocks = (ShotContent::kWidth / kBlockWidth) * (ShotContent::kHeight / kBlockHeight);

std::size_t at(int x, int y) {
  return static_cast<std::size_t>(y) * ShotContent::kWidth + static_cast<std::size_t>(x);
}

std::uint8_t level(float value) {
  return static_cast<std::uint8_t>(std::clamp(value * kUnit + 128.5F, 0.0F, 255.0F));
}

int distance(const std::uint8_t* a, const std::uint8_t* b) {
  int sum = 0;
  for (int x = 0; x < kBlockWidth; ++x) sum += std::abs(int{a[x]} - int{b[x]});
  return sum;
}

int block_distance(const ShotContent& a, const ShotContent& b, std::size_t from, std::size_t to) {
  int sum = 0;
  for (std::size_t channel = 0; channel < 3; ++channel) {
    const std::uint8_t* one = a.channel(channel).data() + from;
    const std::uint8_t* other = b.channel(channel).data() + to;
    for (int y = 0; y < kBlockHeight; ++y) {
      sum += distance(one + y * ShotContent::kWidth, other + y * ShotContent::kWidth);
    }
  }
  return sum;
}

/// The best place for one block of `a` in `b`, near where it was.
int best_distance(const ShotContent& a, const ShotContent& b, int left, int top) {
  const std::size_t from = at(left, top);
  int best = block_distance(a, b, from, from);
  const int first_x = std::max(left - kReachX, 0);
  const int last_x = std::min(left + kReachX, ShotContent::kWidth - kBlockWidth);
  const int first_y = std::max(top - kReachY, 0);
  const int last_y = std::min(top + kReachY, ShotContent::kHeight - kBlockHeight);
  for (int y = first_y; y <= last_y; ++y) {
    for (int x = first_x; x <= last_x; ++x) {
      best = std::min(best, block_distance(a, b, from, at(x, y)));
    }
  }
  return best;
}

}  // namespace

ShotContent::ShotContent(const ShotSignature& signature) {
  constexpr std::size_t kPixels = static_cast<std::size_t>(kWidth) * kHeight;
  std::array<float, kPixels> luma{};
  double sum = 0, squares = 0, blue = 0, red = 0;
  for (std::size_t i = 0; i < kPixels; ++i) {
    const std::uint8_t* bgr = signature.bgr.data() + 3 * i;
    luma[i] = 0.114F * bgr[0] + 0.587F * bgr[1] + 0.299F * bgr[2];
    sum += luma[i];
    squares += double{luma[i]} * luma[i];
    blue += bgr[0];
    red += bgr[2];
  }
  const double mean = sum / kPixels;
  brightness_ = static_cast<float>(mean);
  contrast_ = static_cast<float>(std::sqrt(std::max(squares / kPixels - mean * mean, 0.0)));
  constexpr float kBlankContrast = 2;
  constexpr double kBlankColour = 8;
  blank_ = contrast_ < kBlankContrast && std::abs(blue / kPixels - mean) < kBlankColour &&
           std::abs(red / kPixels - mean) < kBlankColour;
  const float scale = 1 / std::max(contrast_, kLeastContrast);
  for (std::size_t i = 0; i < kPixels; ++i) {
    const std::uint8_t* bgr = signature.bgr.data() + 3 * i;
    channels_[0][i] = level((luma[i] - brightness_) * scale);
    channels_[1][i] = level((static_cast<float>(bgr[0]) - luma[i]) * scale * 0.5F);
    channels_[2][i] = level((static_cast<float>(bgr[2]) - luma[i]) * scale * 0.5F);
  }
}

double unmoved_difference(const ShotContent& first, const ShotContent& second) {
  double sum = 0;
  for (int top = 0; top < ShotContent::kHeight; top += kBlockHeight) {
    for (int left = 0; left < ShotContent::kWidth; left += kBlockWidth) {
      const std::size_t place = at(left, top);
      sum += std::min(block_distance(first, second, place, place) / kWhole, 1.0);
    }
  }
  return sum / kBlocks;
}

double difference(const ShotContent& first, const ShotContent& second) {
  double sum = 0;
  for (int top = 0; top < ShotContent::kHeight; top += kBlockHeight) {
    for (int left = 0; left < ShotContent::kWidth; left += kBlockWidth) {
      // What a moving camera loses on one side comes in on the other: either way will do.
      const int best = std::min(best_distance(first, second, left, top),
                                best_distance(second, first, left, top));
      sum += std::min(best / kWhole, 1.0);
    }
  }
  return sum / kBlocks;
}

double changed_share(const ShotSignature& first, const ShotSignature& second, float contrast) {
  constexpr int kTileWidth = 4;
  constexpr int kTileHeight = 3;
  constexpr int kTiles =
      (ShotSignature::kWidth / kTileWidth) * (ShotSignature::kHeight / kTileHeight);
  constexpr std::size_t kTileBytes = 3 * kTileWidth;
  // In levels: dark and flat views change by little when they change.
  const float least = std::clamp(0.3F * contrast, 4.0F, 12.0F) * kTileWidth * kTileHeight * 3;
  int changed = 0;
  for (int top = 0; top < ShotSignature::kHeight; top += kTileHeight) {
    for (int left = 0; left < ShotSignature::kWidth; left += kTileWidth) {
      int sum = 0;
      for (int y = top; y < top + kTileHeight; ++y) {
        const std::size_t begin = 3 * at(left, y);
        for (std::size_t i = begin; i < begin + kTileBytes; ++i) {
          sum += std::abs(int{first.bgr[i]} - int{second.bgr[i]});
        }
      }
      changed += static_cast<float>(sum) >= least ? 1 : 0;
    }
  }
  return double{1} * changed / kTiles;
}

Mixture as_mixture(const ShotSignature& middle,
                   const ShotSignature& first,
                   const ShotSignature& second) {
  // Whole numbers, so that the sums are exact in any order: at most 1728 * 255^2 < 2^31.
  std::int32_t along = 0, whole = 0, moved = 0;
  for (std::size_t i = 0; i < middle.bgr.size(); ++i) {
    const int step = int{second.bgr[i]} - int{first.bgr[i]};
    const int part = int{middle.bgr[i]} - int{first.bgr[i]};
    along += step * part;
    whole += step * step;
    moved += part * part;
  }
  if (whole <= 0) return {};
  const double share = double{1} * along / whole;
  // What is left of `part` when the share of `step` is taken away, squared and summed.
  const double left = std::max(moved - share * along, 0.0);
  return {share, std::sqrt(left / whole)};
}

}  // namespace screenalytics
