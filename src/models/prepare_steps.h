// SPDX-License-Identifier: MIT
#pragma once

#include "models/onnx_graph.h"

#include <optional>
#include <string>

namespace screenalytics {

/// Each step changes the graph and says what it did, or changes nothing and returns nothing. None
/// of them knows whether the outputs still agree or whether the model became faster: prepare_model
/// tries and measures.

struct FreedAxes {
  bool batch = false;
  bool size = false;  ///< height and width
};

/// Makes the chosen fixed axes of input and outputs symbolic, lets the constants of `Reshape`
/// follow the batch, and drops shapes that were written down for the fixed ones.
std::optional<std::string> free_axes(OnnxGraph& graph, FreedAxes which);

/// Says 1 for the batch of a model whose batch axis is free by name only.
std::optional<std::string> fix_batch(OnnxGraph& graph);

/// Weights below 1e-20 become 0: many are denormal or make denormal products, and each of those
/// costs a CPU more than a hundred cycles.
std::optional<std::string> flush_denormals(OnnxGraph& graph);

/// Takes out the hidden channels of "convolution, activation, depthwise convolution, activation,
/// 1x1 convolution" that add less than 1e-12; what they add as constants moves into the last bias.
/// The number kept is a multiple of 16, the widest block of ONNX Runtime's layout.
std::optional<std::string> remove_dead_channels(OnnxGraph& graph);

/// PReLU(x) becomes (1 - a) (relu(x) + k x), k = a / (1 - a), k as a depthwise 1x1 convolution,
/// with (1 - a) moved into the convolutions that follow. ONNX Runtime has no PReLU in its blocked
/// layout and would leave that layout and come back around each one. One slope for all channels
/// becomes LeakyRelu.
std::optional<std::string> rewrite_prelu(OnnxGraph& graph);

}  // namespace screenalytics
