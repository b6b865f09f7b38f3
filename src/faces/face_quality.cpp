// SPDX-License-Identifier: MIT
#include "faces/face_quality.h"

#include "faces/mat_view.h"

#include <algorithm>
#include <cmath>

#include <opencv2/imgproc.hpp>

namespace screenalytics {
namespace {

/// Where each term stops to matter, or is worth half: chosen on real tracks, where agreement with
/// the person's mean embedding falls with blur first, then with pose, and hardly with size beyond
/// 80 pixels.
constexpr double kEnoughSize = 80;      ///< pixels as shown
constexpr double kEnoughContrast = 25;  ///< standard deviation
constexpr double kHalfBlur = 20;        ///< variance of the Laplacian
constexpr double kUnknownFrontality = 0.5;

double contrast_of(const cv::Mat& crop) {
  // One deviation over all samples: the channels are read as one row of grey samples.
  cv::Mat mean, deviation;
  cv::meanStdDev(crop.reshape(1), mean, deviation);
  return deviation.at<double>(0);
}

double blur_of(const cv::Mat& crop) {
  cv::Mat grey, edges, mean, deviation;
  cv::cvtColor(crop, grey, cv::COLOR_BGR2GRAY);
  cv::Laplacian(grey, edges, CV_16S);  // exact: 8 bit pixels give -1020..1020
  cv::meanStdDev(edges, mean, deviation);
  return deviation.at<double>(0) * deviation.at<double>(0);
}

double frontality(const std::optional<HeadPose>& pose) {
  if (!pose) return kUnknownFrontality;
  constexpr double kRadians = CV_PI / 180;
  return std::max(0.0, std::cos(pose->yaw * kRadians)) *
         std::max(0.0, std::cos(pose->pitch * kRadians));
}

/// Weighted geometric mean: one bad term cannot be bought back by good ones. Roll does not count,
/// since aligning turns it away.
double total_of(const FaceQuality& quality, double score) {
  const double sharpness = quality.blur / (quality.blur + kHalfBlur);
  const double size = std::clamp(quality.size / kEnoughSize, 0.0, 1.0);
  const double contrast = std::min(quality.contrast / kEnoughContrast, 1.0);
  const double total = std::pow(sharpness, 0.40) * std::pow(frontality(quality.pose), 0.25) *
                       std::pow(size, 0.20) * std::pow(std::clamp(score, 0.0, 1.0), 0.10) *
                       std::pow(contrast, 0.05);
  return std::isfinite(total) ? total : 0;
}

}  // namespace

FaceQuality measure_quality(const Image& crop, const Detection& face, double pixel_aspect) {
  FaceQuality quality;
  quality.size =
      static_cast<float>(std::min(face.box.width() * pixel_aspect, double{face.box.height()}));
  quality.pose = estimate_pose(face.landmarks, pixel_aspect);
  if (!crop.empty()) {
    const cv::Mat pixels = view(crop);
    quality.contrast = static_cast<float>(contrast_of(pixels));
    quality.blur = static_cast<float>(blur_of(pixels));
  }
  quality.total = static_cast<float>(total_of(quality, face.score));
  return quality;
}

}  // namespace screenalytics
