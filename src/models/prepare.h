// SPDX-License-Identifier: MIT
#pragma once

#include "infer/tensor.h"

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace screenalytics {

/// One step of preparing a model, kept or not, and why.
struct PreparationStep {
  std::string name;  ///< "flush-denormals", "free-axes", "fix-batch", "remove-dead-channels",
                     ///< "rewrite-prelu"
  bool kept = false;
  std::string detail;  ///< what changed, e.g. "3520 -> 2256 channels"
  double difference =
      0;  ///< largest absolute difference of outputs against the original, on the check inputs
  double ms_before = 0;  ///< CPU-ms a call at batch 1
  double ms_after = 0;
};

struct Preparation {
  std::vector<std::uint8_t> model;  ///< the prepared ONNX file
  std::vector<PreparationStep> steps;
};

struct PrepareOptions {
  double max_difference =
      1e-4;  ///< relative to the output's largest value; a step beyond it is not kept
};

/// Prepares an ONNX model for one CPU thread: batch (and, for detectors, size) axes freed, denormal
/// weights flushed to zero, dead channels removed, PReLU rewritten so that ONNX Runtime keeps its
/// blocked layout. Each step is checked against the original on `checks` (one input tensor each)
/// and kept only when the outputs agree and it does not cost time. `shared/models/README.md`'s
/// steps, in docs/architecture.md. Throws Error{bad_model}.
Preparation prepare_model(const std::vector<std::uint8_t>& original,
                          const std::vector<Tensor>& checks,
                          const PrepareOptions& options);

}  // namespace screenalytics
