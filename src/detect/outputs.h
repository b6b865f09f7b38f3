// SPDX-License-Identifier: MIT
#pragma once

#include "core/detection.h"
#include "core/geometry.h"
#include "infer/model.h"
#include "infer/tensor.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace screenalytics {

/// What the network was given; it decides how many rows each output must have.
struct NetworkInput {
  std::size_t images = 1;
  Size size;
};

/// One picture's part of an output: rows of equal width.
class Rows {
 public:
  Rows(std::span<const float> values, std::size_t width) : values_(values), width_(width) {}
  std::size_t count() const { return values_.size() / width_; }
  std::span<const float> row(std::size_t i) const { return values_.subspan(i * width_, width_); }
  std::span<const float> values() const { return values_; }

 private:
  std::span<const float> values_;
  std::size_t width_;
};

/// Rows of `image` in an output [N, P, width] or, for a single picture, [P, width]. Throws
/// Error{bad_model} when the output has another shape or not `count` rows.
Rows rows_of(const Tensor& output,
             const NetworkInput& input,
             std::size_t image,
             std::size_t width,
             std::size_t count);

/// Cells of a feature map along one side: padded strided convolutions round up.
std::size_t cells(int side, int stride);

/// Top left corner of a feature map's cell, in pixels of the network's input; cells are counted row
/// by row.
Point cell_corner(std::size_t cell, std::size_t columns, int stride);

/// Last axis as the model declares it; -1 when it says nothing.
std::int64_t declared_width(const TensorInfo& output);

/// False when the model says that an output mixes all pictures of a batch in one list [P, C].
bool keeps_batch_axis(std::span<const TensorInfo> outputs);

/// "loc [-1, -1, 4], conf [-1, -1, 2]", for error messages.
std::string describe(std::span<const TensorInfo> outputs);

/// Points from x, y pairs: origin + value * step.
Landmarks read_landmarks(std::span<const float> row, Point origin, float step);

/// Adds the detection when its box is valid; leaves out landmarks that are not finite.
void append(Detections& found, const Box& box, const Landmarks& landmarks, float score);
void append(Detections& found, const Box& box, float score);

}  // namespace screenalytics
