// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

namespace screenalytics {

/// What several faces of one track are worth. The mean of n faces has less noise than one face, and
/// as it is stretched to length 1 again, all its similarities grow: those to the same person, and
/// those to strangers who share light and camera. Distances are calibrated on single faces, so a
/// track counts with the length that such a mean has before it is stretched.
struct SupportOptions {
  double common = 0.70;  ///< share that the faces of one track have in common, noise included
  int enough = 5;        ///< more faces of one track than this say nothing new
};

/// sqrt(common + (1 - common) / n) with n = `faces`, at most `enough`: 1 for one face (or none
/// known), 0.872 for five.
double length_of_support(std::int64_t faces, const SupportOptions& options);

}  // namespace screenalytics
