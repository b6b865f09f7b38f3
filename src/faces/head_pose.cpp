// SPDX-License-Identifier: MIT
#include "faces/face_quality.h"
#include "faces/mean_face.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include <opencv2/core.hpp>

namespace screenalytics {
namespace {

constexpr double kRadians = std::numbers::pi / 180;
constexpr double kLargestStart =
    0.9;  ///< sine of the first guess, so that it does not start at the pole
constexpr int kMaxSteps = 20;

/// x and y of the five points, their mean at (0, 0).
using Shape = cv::Vec<double, 10>;
/// Yaw, pitch, roll in radians, and pixels per distance of the eyes.
using Pose = cv::Vec4d;

struct Rotation {
  double sin_yaw, cos_yaw, sin_pitch, cos_pitch, sin_roll, cos_roll;

  Rotation(double yaw, double pitch, double roll)
      : sin_yaw(std::sin(yaw)),
        cos_yaw(std::cos(yaw)),
        sin_pitch(std::sin(pitch)),
        cos_pitch(std::cos(pitch)),
        sin_roll(std::sin(roll)),
        cos_roll(std::cos(roll)) {}

  Point3 apply(const Point3& p) const {
    const double y = p.y * cos_pitch + p.z * sin_pitch;
    const double z = -p.y * sin_pitch + p.z * cos_pitch;
    const double x = p.x * cos_yaw + z * sin_yaw;
    return {x * cos_roll - y * sin_roll, x * sin_roll + y * cos_roll, -p.x * sin_yaw + z * cos_yaw};
  }
};

Shape centred(Shape shape) {
  for (int axis = 0; axis < 2; ++axis) {
    double mean = 0;
    for (int i = axis; i < 10; i += 2) mean += shape[i] / 5;
    for (int i = axis; i < 10; i += 2) shape[i] -= mean;
  }
  return shape;
}

Shape projected(const Pose& pose) {
  const Rotation rotation(pose[0], pose[1], pose[2]);
  Shape shape;
  int next = 0;
  for (const Point3& point : kMeanFace) {
    const Point3 seen = rotation.apply(point);
    shape[next++] = pose[3] * seen.x;
    shape[next++] = pose[3] * seen.y;
  }
  return centred(shape);
}

Shape shape_of(const Landmarks& landmarks, double pixel_aspect) {
  Shape shape;
  int next = 0;
  for (const Point& point : landmarks) {
    shape[next++] = point.x * pixel_aspect;
    shape[next++] = point.y;
  }
  return centred(shape);
}

/// Roll from the eyes, scale from the extent, yaw and pitch from how far the nose stands off the
/// plane of the other four: this picks the right one of the two poses that four points in a plane
/// leave open.
Pose first_guess(const Shape& seen) {
  const double roll = std::atan2(seen[3] - seen[1], seen[2] - seen[0]);
  Pose guess{0, 0, roll, 1};
  const Shape flat = projected(guess);
  const double scale = cv::norm(seen) / cv::norm(flat);
  const double down = kMeanFace[2].y / kMeanFace[3].y;  // the nose between eyes (0) and mouth (1)
  const auto off = [&](int axis) {
    const double eyes = (seen[axis] + seen[2 + axis]) / 2;
    const double mouth = (seen[6 + axis] + seen[8 + axis]) / 2;
    return (seen[4 + axis] - (eyes + down * (mouth - eyes))) / (scale * kMeanFace[2].z);
  };
  const double x = off(0), y = off(1);
  const double sin_yaw = x * std::cos(roll) + y * std::sin(roll);
  const double sin_pitch = y * std::cos(roll) - x * std::sin(roll);
  guess[0] = std::asin(std::clamp(sin_yaw, -kLargestStart, kLargestStart));
  guess[1] = std::asin(std::clamp(sin_pitch, -kLargestStart, kLargestStart));
  guess[3] = scale;
  return guess;
}

cv::Matx<double, 10, 4> slope_at(const Pose& pose, const Shape& here) {
  cv::Matx<double, 10, 4> slope;
  for (int k = 0; k < 4; ++k) {
    const double step = k == 3 ? 1e-6 * pose[3] : 1e-6;
    Pose moved = pose;
    moved[k] += step;
    const Shape there = projected(moved);
    for (int i = 0; i < 10; ++i) slope(i, k) = (there[i] - here[i]) / step;
  }
  return slope;
}

/// Least squares by Levenberg-Marquardt (SIAM J. Appl. Math. 11(2), 1963): five points, four
/// unknowns.
Pose fitted(const Shape& seen) {
  Pose pose = first_guess(seen);
  Shape here = projected(pose);
  double damping = 1e-3;
  for (int step = 0; step < kMaxSteps; ++step) {
    const auto slope = slope_at(pose, here);
    cv::Matx44d normal = slope.t() * slope;
    for (int k = 0; k < 4; ++k) normal(k, k) = normal(k, k) * (1 + damping) + 1e-12;
    const Pose change = normal.solve(slope.t() * (seen - here), cv::DECOMP_CHOLESKY);
    const Pose next = pose + change;
    const Shape there = projected(next);
    const bool better = cv::norm(seen - there) < cv::norm(seen - here);
    damping *= better ? 0.2 : 10;
    if (!better) continue;
    pose = next;
    here = there;
    if (std::max({std::abs(change[0]), std::abs(change[1]), std::abs(change[2])}) < 1e-4) break;
  }
  return pose;
}

/// -180..180
double degrees(double radians) { return std::remainder(radians / kRadians, 360); }

}  // namespace

Point3 turned(const Point3& point, const HeadPose& pose) {
  return Rotation(pose.yaw * kRadians, pose.pitch * kRadians, pose.roll * kRadians).apply(point);
}

std::optional<HeadPose> estimate_pose(const std::optional<Landmarks>& landmarks,
                                      double pixel_aspect) {
  if (!landmarks || !is_finite(*landmarks)) return std::nullopt;
  const Shape seen = shape_of(*landmarks, pixel_aspect);
  if (cv::norm(seen) < 1) return std::nullopt;  // five points on one pixel
  const Pose pose = fitted(seen);
  const HeadPose result{static_cast<float>(degrees(pose[0])),
                        static_cast<float>(degrees(pose[1])),
                        static_cast<float>(degrees(pose[2]))};
  if (!std::isfinite(result.yaw + result.pitch + result.roll)) return std::nullopt;
  return result;
}

}  // namespace screenalytics
