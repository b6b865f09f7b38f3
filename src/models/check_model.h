// SPDX-License-Identifier: MIT
#pragma once

#include "infer/model.h"
#include "infer/tensor.h"

#include <optional>
#include <string>
#include <vector>

namespace screenalytics {

/// How far outputs are from those of another model.
struct Difference {
  double absolute = 0;  ///< largest over all outputs
  double relative = 0;  ///< the same, each output divided by its own largest value
};

/// Of outputs that belong together by position; infinite when their number or shapes differ.
Difference difference_of(const std::vector<Tensor>& outputs, const std::vector<Tensor>& wanted);

/// Of the outputs of one call with `first` and `second` as a batch of two against a call for each.
Difference batch_difference(const Model& model, const Tensor& first, const Tensor& second);

/// Whether the model takes a picture of another size and every output that it had for `tensor`
/// grows with the area.
bool follows_size(const Model& model, const Tensor& tensor);

struct CpuTimes {
  double before = 0;  ///< CPU-ms a call on this thread, minimum of several
  double after = 0;
};

/// Calls both models in turns, so that both see the same moments of a busy machine.
CpuTimes compare_times(const Model& before, const Model& after, const Tensor& input);

/// Why a changed model must not take the place of the one before it; empty when it may.
std::optional<std::string> fault_of(const Difference& apart,
                                    const CpuTimes& times,
                                    double max_difference);

}  // namespace screenalytics
