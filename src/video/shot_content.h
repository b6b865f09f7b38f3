// SPDX-License-Identifier: MIT
#pragma once

#include "video/shot_cuts.h"

#include <array>
#include <cstddef>
#include <cstdint>

namespace screenalytics {

/// A signature prepared for comparison: luma and two colour differences, brought to the same mean
/// and contrast, so that neither a fade nor a change of exposure changes them.
class ShotContent {
 public:
  static constexpr int kWidth = ShotSignature::kWidth;
  static constexpr int kHeight = ShotSignature::kHeight;
  using Channel = std::array<std::uint8_t, static_cast<std::size_t>(kWidth) * kHeight>;

  explicit ShotContent(const ShotSignature& signature);

  const Channel& channel(std::size_t number) const { return channels_[number]; }
  float brightness() const { return brightness_; }  ///< mean luma, 0..255
  float contrast() const { return contrast_; }      ///< standard deviation of luma, 0..127
  /// Black, grey or white all over: between two pictures it belongs to neither.
  bool blank() const { return blank_; }

 private:
  std::array<Channel, 3> channels_;
  float brightness_ = 0;
  float contrast_ = 0;
  bool blank_ = false;
};

/// How much of what one picture shows is not in the other: about 0.05 for the same view, 0.2 with
/// fast motion, 0.5 and more for views that have nothing in common. Each of 12 blocks may have
/// moved by up to an eighth of the picture's width. Symmetric.
double difference(const ShotContent& first, const ShotContent& second);

/// The same without movement: never smaller, and much cheaper.
double unmoved_difference(const ShotContent& first, const ShotContent& second);

/// Share of the screen, 0..1, whose pixels are others than before, as they are: a small picture
/// that pops up changes little of it, however much it stands out.
double changed_share(const ShotSignature& first, const ShotSignature& second, float contrast);

/// How well a picture is explained as a mixture of two others, as in a dissolve.
struct Mixture {
  double share = 0;     ///< of the second, 0..1
  double residual = 1;  ///< what is left unexplained, against the distance between the two
};
Mixture as_mixture(const ShotSignature& middle,
                   const ShotSignature& first,
                   const ShotSignature& second);

}  // namespace screenalytics
