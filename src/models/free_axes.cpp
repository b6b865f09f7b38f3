// SPDX-License-Identifier: MIT
#include "models/prepare_steps.h"

#include <string>
#include <vector>

namespace screenalytics {
namespace {

using Shape = onnx::TensorShapeProto;

Shape* shape_of(onnx::ValueInfoProto& value) {
  if (!value.type().has_tensor_type() || !value.type().tensor_type().has_shape()) return nullptr;
  return value.mutable_type()->mutable_tensor_type()->mutable_shape();
}

bool is_fixed(const Shape& shape, int axis) {
  return axis < shape.dim_size() && shape.dim(axis).has_dim_value() &&
         shape.dim(axis).dim_value() > 0;
}

void set_free(Shape& shape, int axis, const std::string& name) {
  if (is_fixed(shape, axis)) shape.mutable_dim(axis)->set_dim_param(name);
}

bool free_input(onnx::ValueInfoProto& input, FreedAxes which) {
  Shape* shape = shape_of(input);
  if (shape == nullptr || shape->dim_size() < 2) return false;
  const bool batch = which.batch && is_fixed(*shape, 0);
  const bool size =
      which.size && shape->dim_size() == 4 && (is_fixed(*shape, 2) || is_fixed(*shape, 3));
  if (batch) set_free(*shape, 0, "batch");
  if (size) {
    set_free(*shape, 2, "height");
    set_free(*shape, 3, "width");
  }
  return batch || size;
}

/// Axes that follow the picture's size: all between the batch (or the start) and the last, for maps
/// N, C, H, W both last.
void free_output(onnx::ValueInfoProto& output, FreedAxes which) {
  Shape* shape = shape_of(output);
  if (shape == nullptr) return;
  if (which.batch && is_fixed(*shape, 0) && shape->dim(0).dim_value() == 1)
    set_free(*shape, 0, "batch");
  if (!which.size) return;
  const int rank = shape->dim_size();
  const std::string name = output.name() + "_axis_";
  if (rank == 4) {
    set_free(*shape, 2, name + "2");
    set_free(*shape, 3, name + "3");
  } else if (rank > 1) {
    set_free(*shape, rank - 2, name + std::to_string(rank - 2));
  }
}

/// The target of a `Reshape` that keeps one picture apart; the same for any number of them. Empty
/// when it has none.
std::optional<std::vector<std::int64_t>> free_target(std::vector<std::int64_t> target,
                                                     bool zero_copies) {
  if (target.size() < 2 || target.front() != 1) return std::nullopt;
  bool inferred = false;
  for (const std::int64_t axis : target) inferred = inferred || axis == -1;
  if (inferred && !zero_copies) return std::nullopt;
  target.front() = inferred ? 0 : -1;
  return target;
}

int free_reshapes(OnnxGraph& graph) {
  int changed = 0;
  for (onnx::NodeProto& node : *graph.graph().mutable_node()) {
    if (node.op_type() != "Reshape" || node.input_size() != 2) continue;
    if (graph.constant(node.input(0)) != nullptr) continue;
    const auto target = graph.integers(node.input(1));
    if (!target) continue;
    const auto freed = free_target(*target, int_attribute(node, "allowzero", 0) == 0);
    if (!freed) continue;
    node.set_input(1, graph.add(node.input(1), *freed));
    ++changed;
  }
  return changed;
}

}  // namespace

std::optional<std::string> free_axes(OnnxGraph& graph, FreedAxes which) {
  bool freed = false;
  for (onnx::ValueInfoProto& input : *graph.graph().mutable_input()) {
    freed |= free_input(input, which);
  }
  const int reshapes = which.batch ? free_reshapes(graph) : 0;
  if (!freed && reshapes == 0) return std::nullopt;
  for (onnx::ValueInfoProto& output : *graph.graph().mutable_output()) free_output(output, which);
  graph.graph().clear_value_info();
  const std::string axes = which.batch && which.size ? "batch and size"
                           : which.batch             ? "batch"
                                                     : "size";
  return axes + " free, " + std::to_string(reshapes) + " Reshape constants follow";
}

std::optional<std::string> fix_batch(OnnxGraph& graph) {
  for (onnx::ValueInfoProto& input : *graph.graph().mutable_input()) {
    Shape* shape = shape_of(input);
    if (shape != nullptr && shape->dim_size() > 1) shape->mutable_dim(0)->set_dim_value(1);
  }
  graph.graph().clear_value_info();
  return "batch fixed at 1: the model mixes the pictures of a batch";
}

}  // namespace screenalytics
