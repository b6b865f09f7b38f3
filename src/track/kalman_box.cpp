// SPDX-License-Identifier: MIT
#include "track/kalman_box.h"

#include <algorithm>

#include <Eigen/Cholesky>

namespace screenalytics {
namespace {

using Measurement = Eigen::Matrix<float, 1, 4, Eigen::RowMajor>;
using MeasurementCovariance = Eigen::Matrix<float, 4, 4, Eigen::RowMajor>;

// Standard deviations of the reference: a share of the height, aspect apart.
constexpr float kPositionShare = 1.0F / 20;
constexpr float kVelocityShare = 1.0F / 160;  // per step
constexpr float kAspectDeviation = 1e-2F;
constexpr float kAspectVelocityDeviation = 1e-5F;
constexpr float kMeasuredAspectDeviation = 1e-1F;

Measurement measured(const Extent& seen) {
  return {seen.left + seen.width / 2,
          seen.top + seen.height / 2,
          seen.width / seen.height,
          seen.height};
}

Measurement deviations(float size, float aspect) { return {size, size, aspect, size}; }

}  // namespace

float pixel_iou(const Extent& first, const Extent& second) {
  const float width = std::min(first.left + first.width, second.left + second.width) -
                      std::max(first.left, second.left) + 1;
  const float height = std::min(first.top + first.height, second.top + second.height) -
                       std::max(first.top, second.top) + 1;
  if (width <= 0 || height <= 0) return 0;
  const float second_area = (second.width + 1) * (second.height + 1);
  // Corner minus corner on purpose: this is where the reference rounds.
  const float first_area =
      (first.left + first.width - first.left + 1) * (first.top + first.height - first.top + 1);
  return width * height / (first_area + second_area - width * height);
}

KalmanBox::KalmanBox(const Extent& seen) {
  mean_ << measured(seen), Measurement::Zero();
  Mean deviation;
  deviation << deviations(2 * kPositionShare * seen.height, kAspectDeviation),
      deviations(10 * kVelocityShare * seen.height, kAspectVelocityDeviation);
  covariance_ = deviation.array().square().matrix().asDiagonal();
}

void KalmanBox::predict(float steps) {
  // Sum over k < n of F^k Q F'^k for the reference's one-step noise Q = diag(p, v), written as
  // polynomials in n: they hold between whole numbers as well, and n = 1 is the reference itself.
  const Measurement position =
      deviations(kPositionShare * mean_(3), kAspectDeviation).array().square();
  const Measurement velocity =
      deviations(kVelocityShare * mean_(3), kAspectVelocityDeviation).array().square();
  const float crossed = steps * (steps - 1) / 2;
  const float carried = steps * (steps - 1) * (2 * steps - 1) / 6;
  Covariance noise = Covariance::Zero();
  Covariance motion = Covariance::Identity();
  for (int i = 0; i < 4; ++i) {
    noise(i, i) = position(i) * steps + velocity(i) * carried;
    noise(i + 4, i + 4) = velocity(i) * steps;
    noise(i, i + 4) = noise(i + 4, i) = velocity(i) * crossed;
    motion(i, i + 4) = steps;
  }
  mean_ = (motion * mean_.transpose()).transpose().eval();
  covariance_ = (motion * covariance_ * motion.transpose() + noise).eval();
}

void KalmanBox::limit_height(float low, float high) { mean_(3) = std::clamp(mean_(3), low, high); }

void KalmanBox::correct(const Extent& seen) {
  const Measurement deviation = deviations(kPositionShare * mean_(3), kMeasuredAspectDeviation);
  MeasurementCovariance expected = covariance_.topLeftCorner<4, 4>();
  expected.diagonal() += deviation.array().square().matrix().transpose();
  const Eigen::Matrix<float, 4, 8> observed = covariance_.leftCols<4>().transpose();
  const Eigen::Matrix<float, 8, 4> gain = expected.llt().solve(observed).transpose();
  const Measurement innovation = measured(seen) - mean_.head<4>();
  mean_ += innovation * gain.transpose();
  covariance_ -= gain * expected * gain.transpose();
}

Extent KalmanBox::extent() const {
  const float width = mean_(2) * mean_(3);
  return {mean_(0) - width / 2, mean_(1) - mean_(3) / 2, width, mean_(3)};
}

}  // namespace screenalytics
