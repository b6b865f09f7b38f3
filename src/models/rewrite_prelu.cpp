// SPDX-License-Identifier: MIT
#include "models/prepare_steps.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

namespace screenalytics {
namespace {

/// k = a / (1 - a) grows without bound near a = 1; such slopes keep their PReLU.
constexpr float kNearestToOne = 0.01F;

std::optional<std::size_t> channels_into(const OnnxGraph& graph, const onnx::NodeProto& conv) {
  const auto weights = graph.floats(conv.input(1));
  if (!weights || weights->dims.size() != 4) return std::nullopt;
  return static_cast<std::size_t>(weights->dims[1] * int_attribute(conv, "group", 1));
}

bool feeds_only_convolutions(OnnxGraph& graph, const std::string& value, std::size_t channels) {
  const std::vector<onnx::NodeProto*> readers = graph.consumers(value);
  return !readers.empty() && !graph.is_output(value) &&
         std::ranges::all_of(readers, [&](const onnx::NodeProto* reader) {
           return reader->op_type() == "Conv" && reader->input(0) == value &&
                  channels_into(graph, *reader) == channels;
         });
}

/// Input channel c of the convolution is multiplied by factors[c].
void scale_inputs(OnnxGraph& graph, onnx::NodeProto& conv, const std::vector<float>& factors) {
  FloatArray weights = *graph.floats(conv.input(1));
  const auto outputs = static_cast<std::size_t>(weights.dims[0]);
  const auto inputs = static_cast<std::size_t>(weights.dims[1]);
  const std::size_t groups = factors.size() / inputs;
  const auto taps = static_cast<std::size_t>(weights.dims[2] * weights.dims[3]);
  for (std::size_t i = 0; i < weights.values.size(); ++i) {
    const std::size_t group = i / (taps * inputs) / (outputs / groups);
    weights.values[i] *= factors[group * inputs + i / taps % inputs];
  }
  conv.set_input(1, graph.add(conv.input(1), weights));
}

void become_leaky(onnx::NodeProto& node, float slope) {
  node.set_op_type("LeakyRelu");
  node.mutable_input()->DeleteSubrange(1, 1);
  set_attribute(node, "alpha", slope);
}

/// Adds relu(x) and k x in front of the node, which becomes their sum.
void become_sum(OnnxGraph& graph, onnx::NodeProto& node, const std::vector<float>& slopes) {
  const std::string from = node.input(0);
  const auto channels = static_cast<std::int64_t>(slopes.size());
  FloatArray k{{channels, 1, 1, 1}, {}};
  for (const float slope : slopes) k.values.push_back(slope / (1 - slope));

  onnx::NodeProto& relu = *graph.insert_before(&node, "Relu");
  relu.add_input(from);
  relu.add_output(graph.fresh_name(node.output(0) + "_relu"));
  onnx::NodeProto& scaled = *graph.insert_before(&node, "Conv");
  scaled.add_input(from);
  scaled.add_input(graph.add(node.input(1), k));
  scaled.add_output(graph.fresh_name(node.output(0) + "_scaled"));
  set_attribute(scaled, "group", channels);
  set_attribute(scaled, "kernel_shape", std::vector<std::int64_t>{1, 1});

  node.set_op_type("Add");
  node.set_input(0, relu.output(0));
  node.set_input(1, scaled.output(0));
}

bool rewrite(OnnxGraph& graph, onnx::NodeProto& node) {
  const auto slopes = graph.floats(node.input(1));
  if (!slopes || slopes->values.empty()) return false;
  const std::vector<float>& a = slopes->values;
  if (std::ranges::all_of(a, [&](float slope) { return slope == a.front(); })) {
    become_leaky(node, a.front());
    return true;
  }
  const bool near_one =
      std::ranges::any_of(a, [](float slope) { return std::abs(1 - slope) < kNearestToOne; });
  if (near_one || !feeds_only_convolutions(graph, node.output(0), a.size())) return false;
  std::vector<float> factors;
  for (const float slope : a) factors.push_back(1 - slope);
  for (onnx::NodeProto* reader : graph.consumers(node.output(0)))
    scale_inputs(graph, *reader, factors);
  become_sum(graph, node, a);
  return true;
}

}  // namespace

std::optional<std::string> rewrite_prelu(OnnxGraph& graph) {
  std::vector<onnx::NodeProto*> found;
  for (onnx::NodeProto& node : *graph.graph().mutable_node()) {
    if (node.op_type() == "PRelu") found.push_back(&node);
  }
  std::size_t rewritten = 0;
  for (onnx::NodeProto* node : found) rewritten += rewrite(graph, *node) ? 1 : 0;
  if (rewritten == 0) return std::nullopt;
  return std::to_string(rewritten) + " of " + std::to_string(found.size()) + " PReLUs";
}

}  // namespace screenalytics
