// SPDX-License-Identifier: MIT
#include "models/prepare_steps.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <numeric>
#include <string>
#include <vector>

namespace screenalytics {
namespace {

constexpr double kDead = 1e-12;
constexpr std::size_t kBlock = 16;
constexpr float kFlushBelow = 1e-20F;

struct Convolution {
  onnx::NodeProto* node = nullptr;
  FloatArray weights;
  std::vector<float> bias;
  std::size_t outputs() const { return static_cast<std::size_t>(weights.dims[0]); }
  /// Values of one output channel's kernel.
  std::size_t kernel() const { return weights.values.size() / outputs(); }
};

/// Element by element and, per channel, one slope below zero: none, Relu, LeakyRelu or PRelu.
struct Activation {
  onnx::NodeProto* node = nullptr;
  std::vector<float> slopes;
};

struct Chain {
  Convolution expand;
  Activation first;
  Convolution depthwise;
  Activation second;
  Convolution project;
};

std::optional<Convolution> convolution(const OnnxGraph& graph, onnx::NodeProto* node) {
  if (node == nullptr || node->op_type() != "Conv") return std::nullopt;
  const auto weights = graph.floats(node->input(1));
  if (!weights || weights->dims.size() != 4 || weights->values.empty()) return std::nullopt;
  Convolution made{node, *weights, {}};
  made.bias.assign(made.outputs(), 0.0F);
  if (node->input_size() > 2 && !node->input(2).empty()) {
    const auto bias = graph.floats(node->input(2));
    if (!bias || bias->values.size() != made.outputs()) return std::nullopt;
    made.bias = bias->values;
  }
  return made;
}

bool is_depthwise(const Convolution& conv) {
  return conv.weights.dims[1] == 1 && int_attribute(*conv.node, "group", 1) == conv.weights.dims[0];
}

bool is_plain(const Convolution& conv) { return int_attribute(*conv.node, "group", 1) == 1; }

bool is_pointwise(const Convolution& conv) {
  return is_plain(conv) && conv.weights.dims[2] == 1 && conv.weights.dims[3] == 1;
}

std::optional<Activation> activation(const OnnxGraph& graph,
                                     onnx::NodeProto* node,
                                     std::size_t channels) {
  if (node->op_type() == "Relu") return Activation{node, std::vector<float>(channels, 0.0F)};
  if (node->op_type() == "LeakyRelu") {
    return Activation{node, std::vector<float>(channels, float_attribute(*node, "alpha", 0.01F))};
  }
  if (node->op_type() != "PRelu") return std::nullopt;
  const auto slopes = graph.floats(node->input(1));
  if (!slopes || slopes->values.size() != channels) return std::nullopt;
  return Activation{node, slopes->values};
}

/// What follows `value`, past an activation where there is one.
struct Step {
  Activation activation;
  onnx::NodeProto* next = nullptr;
};

std::optional<Step> step_after(OnnxGraph& graph, const std::string& value, std::size_t channels) {
  onnx::NodeProto* next = graph.only_consumer(value);
  if (next == nullptr) return std::nullopt;
  const auto act = activation(graph, next, channels);
  if (!act) return Step{{nullptr, std::vector<float>(channels, 1.0F)}, next};
  return Step{*act, graph.only_consumer(next->output(0))};
}

std::optional<Chain> chain_from(OnnxGraph& graph, onnx::NodeProto* node) {
  const auto expand = convolution(graph, node);
  if (!expand || !is_plain(*expand)) return std::nullopt;
  const std::size_t channels = expand->outputs();
  const auto first = step_after(graph, node->output(0), channels);
  if (!first) return std::nullopt;
  const auto depthwise = convolution(graph, first->next);
  if (!depthwise || !is_depthwise(*depthwise) || depthwise->outputs() != channels)
    return std::nullopt;
  const auto second = step_after(graph, first->next->output(0), channels);
  if (!second) return std::nullopt;
  const auto project = convolution(graph, second->next);
  if (!project || !is_pointwise(*project)) return std::nullopt;
  return Chain{*expand, first->activation, *depthwise, second->activation, *project};
}

double largest(const float* values, std::size_t count, std::size_t step = 1) {
  double found = 0;
  for (std::size_t i = 0; i < count; ++i)
    found = std::max(found, std::abs(static_cast<double>(values[i * step])));
  return found;
}

/// What a channel can add to the chain's result, for inputs about 1.
double weight_of(const Chain& chain, std::size_t channel) {
  const std::size_t expand = chain.expand.kernel();
  const std::size_t depthwise = chain.depthwise.kernel();
  const std::size_t channels = chain.expand.outputs();
  const double in = std::max(largest(&chain.expand.weights.values[channel * expand], expand),
                             std::abs(static_cast<double>(chain.expand.bias[channel])));
  const double middle = largest(&chain.depthwise.weights.values[channel * depthwise], depthwise);
  const double out =
      largest(&chain.project.weights.values[channel], chain.project.outputs(), channels);
  const double gain = std::max(1.0, std::abs(static_cast<double>(chain.first.slopes[channel]))) *
                      std::max(1.0, std::abs(static_cast<double>(chain.second.slopes[channel])));
  return in * middle * out * gain;
}

/// The channels to keep, in their order: the living ones, and of the dead the heaviest up to a full
/// block.
std::vector<std::size_t> channels_to_keep(const Chain& chain) {
  std::vector<double> weights(chain.expand.outputs());
  for (std::size_t c = 0; c < weights.size(); ++c) weights[c] = weight_of(chain, c);
  std::vector<std::size_t> order(weights.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order,
                           [&](std::size_t a, std::size_t b) { return weights[a] > weights[b]; });
  const auto living = static_cast<std::size_t>(
      std::ranges::count_if(weights, [](double weight) { return !(weight < kDead); }));
  const std::size_t wanted = std::max((living + kBlock - 1) / kBlock * kBlock, kBlock);
  order.resize(std::min(wanted, order.size()));
  std::ranges::sort(order);
  return order;
}

/// `array` with only the chosen indices of its first axis, each `row` values long.
std::vector<float> rows(const std::vector<float>& values,
                        std::size_t row,
                        const std::vector<std::size_t>& kept) {
  std::vector<float> chosen;
  for (const std::size_t index : kept) {
    const auto begin = values.begin() + static_cast<std::ptrdiff_t>(index * row);
    chosen.insert(chosen.end(), begin, begin + static_cast<std::ptrdiff_t>(row));
  }
  return chosen;
}

/// The constant part of what is taken out goes into the last bias.
void compensate(Chain& chain, const std::vector<std::size_t>& kept) {
  const std::size_t channels = chain.expand.outputs();
  for (std::size_t c = 0; c < channels; ++c) {
    if (std::ranges::binary_search(kept, c)) continue;
    const float bias = chain.depthwise.bias[c];
    const float constant = bias > 0 ? bias : bias * chain.second.slopes[c];
    for (std::size_t o = 0; o < chain.project.outputs(); ++o) {
      chain.project.bias[o] += chain.project.weights.values[o * channels + c] * constant;
    }
  }
}

void write(OnnxGraph& graph, Convolution& conv) {
  onnx::NodeProto& node = *conv.node;
  while (node.input_size() < 3) node.add_input("");
  const std::string hint = node.input(1);
  node.set_input(1, graph.add(hint, conv.weights));
  node.set_input(2, graph.add(hint + "_bias", FloatArray{{conv.weights.dims[0]}, conv.bias}));
}

void keep_outputs(OnnxGraph& graph, Convolution& conv, const std::vector<std::size_t>& kept) {
  conv.weights.values = rows(conv.weights.values, conv.kernel(), kept);
  conv.weights.dims[0] = static_cast<std::int64_t>(kept.size());
  conv.bias = rows(conv.bias, 1, kept);
  if (int_attribute(*conv.node, "group", 1) > 1)
    set_attribute(*conv.node, "group", conv.weights.dims[0]);
  write(graph, conv);
}

void keep_slopes(OnnxGraph& graph, const Activation& act, const std::vector<std::size_t>& kept) {
  if (act.node == nullptr || act.node->op_type() != "PRelu") return;
  const FloatArray slopes{{static_cast<std::int64_t>(kept.size()), 1, 1},
                          rows(act.slopes, 1, kept)};
  act.node->set_input(1, graph.add(act.node->input(1), slopes));
}

void keep_channels(OnnxGraph& graph, Chain chain, const std::vector<std::size_t>& kept) {
  compensate(chain, kept);
  std::vector<float> columns;
  const std::size_t channels = chain.expand.outputs();
  for (std::size_t o = 0; o < chain.project.outputs(); ++o) {
    for (const std::size_t c : kept)
      columns.push_back(chain.project.weights.values[o * channels + c]);
  }
  chain.project.weights.values = std::move(columns);
  chain.project.weights.dims[1] = static_cast<std::int64_t>(kept.size());
  write(graph, chain.project);
  keep_outputs(graph, chain.expand, kept);
  keep_slopes(graph, chain.first, kept);
  keep_outputs(graph, chain.depthwise, kept);
  keep_slopes(graph, chain.second, kept);
}

}  // namespace

std::optional<std::string> flush_denormals(OnnxGraph& graph) {
  std::size_t flushed = 0;
  for (onnx::TensorProto& tensor : *graph.graph().mutable_initializer()) {
    std::optional<FloatArray> array = floats_of(tensor);
    if (!array) continue;
    const std::size_t before = flushed;
    for (float& value : array->values) {
      if (value == 0 || !(std::abs(value) < kFlushBelow)) continue;
      value = 0;
      ++flushed;
    }
    if (flushed > before) set_floats(tensor, *array);
  }
  if (flushed == 0) return std::nullopt;
  return std::to_string(flushed) + " weights below 1e-20 set to 0";
}

std::optional<std::string> remove_dead_channels(OnnxGraph& graph) {
  std::size_t before = 0;
  std::size_t after = 0;
  for (onnx::NodeProto& node : *graph.graph().mutable_node()) {
    const auto chain = chain_from(graph, &node);
    if (!chain) continue;
    const std::vector<std::size_t> kept = channels_to_keep(*chain);
    before += chain->expand.outputs();
    after += kept.size();
    if (kept.size() < chain->expand.outputs()) keep_channels(graph, *chain, kept);
  }
  if (after == before) return std::nullopt;
  graph.graph().clear_value_info();
  return std::to_string(before) + " -> " + std::to_string(after) + " hidden channels";
}

}  // namespace screenalytics
