// SPDX-License-Identifier: MIT
#pragma once

#include "core/face.h"

#include <array>

namespace screenalytics {

struct Point3 {
  double x = 0;  ///< to the picture's right
  double y = 0;  ///< down
  double z = 0;  ///< towards the viewer
};

/// Left eye, right eye, nose, left and right corner of the mouth of a mean face that looks at the
/// viewer. Unit: distance of the eyes. x and y are the ArcFace template's (mirrored halves
/// averaged); eyes and mouth lie in one plane, and the tip of the nose half a unit before it (about
/// 31 mm on a face with 63 mm between the eyes).
inline constexpr std::array<Point3, 5> kMeanFace{{{-0.500, 0.000, 0},
                                                  {0.500, 0.000, 0},
                                                  {0.000, 0.572, 0.5},
                                                  {-0.414, 1.153, 0},
                                                  {0.414, 1.153, 0}}};

/// Turns by pitch first, then yaw, then roll: so roll is the angle of the line of the eyes in the
/// picture.
Point3 turned(const Point3& point, const HeadPose& pose);

}  // namespace screenalytics
