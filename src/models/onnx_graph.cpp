// SPDX-License-Identifier: MIT
#include "models/onnx_graph.h"

#include "core/error.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <limits>
#include <set>

namespace screenalytics {
namespace {

// Weights are kept as little-endian bytes in the file, read and written here as they lie in memory.
static_assert(std::endian::native == std::endian::little);

std::vector<std::int64_t> dims_of(const onnx::TensorProto& tensor) {
  return {tensor.dims().begin(), tensor.dims().end()};
}

std::size_t count_of(const std::vector<std::int64_t>& dims) {
  std::size_t count = 1;
  for (const std::int64_t dim : dims)
    count *= static_cast<std::size_t>(std::max<std::int64_t>(dim, 0));
  return count;
}

template <typename T>
std::vector<T> from_raw(const std::string& raw) {
  std::vector<T> values(raw.size() / sizeof(T));
  std::memcpy(values.data(), raw.data(), values.size() * sizeof(T));
  return values;
}

/// The tensor that a `Constant` node holds, whichever way it is written; null when it is none of
/// ours.
std::optional<onnx::TensorProto> tensor_of_constant(const onnx::NodeProto& node) {
  if (node.attribute_size() != 1) return std::nullopt;
  const onnx::AttributeProto& attribute = node.attribute(0);
  if (attribute.name() == "value") return attribute.t();
  onnx::TensorProto tensor;
  if (attribute.name() == "value_float") {
    tensor.set_data_type(onnx::TensorProto::FLOAT);
    tensor.add_float_data(attribute.f());
    return tensor;
  }
  if (attribute.name() == "value_int" || attribute.name() == "value_ints") {
    tensor.set_data_type(onnx::TensorProto::INT64);
    if (attribute.name() == "value_int") {
      tensor.add_int64_data(attribute.i());
    } else {
      tensor.add_dims(attribute.ints_size());
      *tensor.mutable_int64_data() = attribute.ints();
    }
    return tensor;
  }
  return std::nullopt;
}

onnx::AttributeProto& attribute_of(onnx::NodeProto& node, const std::string& name) {
  for (onnx::AttributeProto& attribute : *node.mutable_attribute()) {
    if (attribute.name() == name) return attribute;
  }
  onnx::AttributeProto& made = *node.add_attribute();
  made.set_name(name);
  return made;
}

const onnx::AttributeProto* find_attribute(const onnx::NodeProto& node, const std::string& name) {
  for (const onnx::AttributeProto& attribute : node.attribute()) {
    if (attribute.name() == name) return &attribute;
  }
  return nullptr;
}

bool has_subgraph(const onnx::GraphProto& graph) {
  return std::ranges::any_of(graph.node(), [](const onnx::NodeProto& node) {
    return std::ranges::any_of(node.attribute(), [](const onnx::AttributeProto& attribute) {
      return attribute.has_g() || attribute.graphs_size() > 0;
    });
  });
}

void refuse_external_weights(const onnx::GraphProto& graph) {
  for (const onnx::TensorProto& tensor : graph.initializer()) {
    if (tensor.data_location() == onnx::TensorProto::EXTERNAL) {
      throw Error(
          ErrorKind::bad_model,
          "this ONNX model keeps its weights in a file of their own; export it as one file");
    }
  }
}

void unlist_constants_as_inputs(onnx::ModelProto& model) {
  std::set<std::string> constants;
  for (const onnx::TensorProto& tensor : model.graph().initializer())
    constants.insert(tensor.name());
  auto& inputs = *model.mutable_graph()->mutable_input();
  for (int i = inputs.size() - 1; i >= 0; --i) {
    if (constants.contains(inputs[i].name())) inputs.DeleteSubrange(i, 1);
  }
  // Files before version 4 of the format had to list them.
  model.set_ir_version(std::max<std::int64_t>(model.ir_version(), 4));
}

}  // namespace

OnnxGraph OnnxGraph::parse(std::span<const std::uint8_t> bytes) {
  OnnxGraph made;
  const bool fits = bytes.size() <= static_cast<std::size_t>(std::numeric_limits<int>::max());
  if (!fits || !made.model_.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())) ||
      made.model_.graph().node_size() == 0 || made.model_.graph().output_size() == 0) {
    throw Error(ErrorKind::bad_model,
                "this is not an ONNX model, or it is damaged; fetch it again");
  }
  refuse_external_weights(made.model_.graph());
  unlist_constants_as_inputs(made.model_);
  made.lift_constants();
  return made;
}

std::vector<std::uint8_t> OnnxGraph::bytes() const {
  onnx::ModelProto copy = model_;
  std::set<std::string> read;
  for (const onnx::NodeProto& node : copy.graph().node())
    read.insert(node.input().begin(), node.input().end());
  for (const onnx::ValueInfoProto& output : copy.graph().output()) read.insert(output.name());
  auto& tensors = *copy.mutable_graph()->mutable_initializer();
  // A nested graph may read any constant by name.
  const bool keep_all = has_subgraph(copy.graph());
  for (int i = tensors.size() - 1; i >= 0 && !keep_all; --i) {
    if (!read.contains(tensors[i].name())) tensors.DeleteSubrange(i, 1);
  }
  std::string text;
  copy.SerializeToString(&text);
  return {text.begin(), text.end()};
}

void OnnxGraph::lift_constants() {
  auto& nodes = *graph().mutable_node();
  for (int i = 0; i < nodes.size();) {
    const onnx::NodeProto& node = nodes[i];
    std::optional<onnx::TensorProto> tensor;
    if (node.op_type() == "Constant") tensor = tensor_of_constant(node);
    if (node.op_type() == "Identity" && constant(node.input(0)) != nullptr)
      tensor = *constant(node.input(0));
    if (!tensor || is_output(node.output(0))) {
      ++i;
      continue;
    }
    tensor->set_name(node.output(0));
    *graph().add_initializer() = *tensor;
    nodes.DeleteSubrange(i, 1);
  }
}

onnx::NodeProto* OnnxGraph::producer(const std::string& value) {
  for (onnx::NodeProto& node : *graph().mutable_node()) {
    if (std::ranges::count(node.output(), value) > 0) return &node;
  }
  return nullptr;
}

std::vector<onnx::NodeProto*> OnnxGraph::consumers(const std::string& value) {
  std::vector<onnx::NodeProto*> found;
  for (onnx::NodeProto& node : *graph().mutable_node()) {
    if (std::ranges::count(node.input(), value) > 0) found.push_back(&node);
  }
  return found;
}

onnx::NodeProto* OnnxGraph::only_consumer(const std::string& value) {
  const std::vector<onnx::NodeProto*> found = consumers(value);
  return found.size() == 1 && !is_output(value) ? found.front() : nullptr;
}

bool OnnxGraph::is_output(const std::string& value) const {
  return std::ranges::any_of(
      graph().output(), [&](const onnx::ValueInfoProto& output) { return output.name() == value; });
}

const onnx::TensorProto* OnnxGraph::constant(const std::string& name) const {
  for (const onnx::TensorProto& tensor : graph().initializer()) {
    if (tensor.name() == name) return &tensor;
  }
  return nullptr;
}

std::optional<FloatArray> OnnxGraph::floats(const std::string& name) const {
  const onnx::TensorProto* tensor = constant(name);
  return tensor == nullptr ? std::nullopt : floats_of(*tensor);
}

std::optional<std::vector<std::int64_t>> OnnxGraph::integers(const std::string& name) const {
  const onnx::TensorProto* tensor = constant(name);
  if (tensor == nullptr || tensor->data_type() != onnx::TensorProto::INT64) return std::nullopt;
  if (tensor->has_raw_data()) return from_raw<std::int64_t>(tensor->raw_data());
  return std::vector<std::int64_t>(tensor->int64_data().begin(), tensor->int64_data().end());
}

std::string OnnxGraph::add(const std::string& hint, const FloatArray& array) {
  onnx::TensorProto& tensor = *graph().add_initializer();
  set_floats(tensor, array);
  tensor.set_name(fresh_name(hint));
  return tensor.name();
}

std::string OnnxGraph::add(const std::string& hint, const std::vector<std::int64_t>& values) {
  onnx::TensorProto& tensor = *graph().add_initializer();
  tensor.set_data_type(onnx::TensorProto::INT64);
  tensor.add_dims(static_cast<std::int64_t>(values.size()));
  for (const std::int64_t value : values) tensor.add_int64_data(value);
  tensor.set_name(fresh_name(hint));
  return tensor.name();
}

std::string OnnxGraph::fresh_name(const std::string& hint) {
  std::string name;
  do {
    name = hint + "/prepared_" + std::to_string(names_made_++);
  } while (constant(name) != nullptr || producer(name) != nullptr);
  return name;
}

onnx::NodeProto* OnnxGraph::insert_before(const onnx::NodeProto* place, const std::string& op) {
  auto& nodes = *graph().mutable_node();
  onnx::NodeProto* made = nodes.Add();
  made->set_op_type(op);
  made->set_name(fresh_name(op));
  for (int at = nodes.size() - 1; at > 0 && &nodes[at] != place; --at) {
    nodes.SwapElements(at, at - 1);
    if (&nodes[at] == place) break;
  }
  return made;
}

void OnnxGraph::remove(const onnx::NodeProto* node) {
  auto& nodes = *graph().mutable_node();
  for (int i = 0; i < nodes.size(); ++i) {
    if (&nodes[i] != node) continue;
    nodes.DeleteSubrange(i, 1);
    return;
  }
}

std::int64_t int_attribute(const onnx::NodeProto& node,
                           const std::string& name,
                           std::int64_t otherwise) {
  const onnx::AttributeProto* attribute = find_attribute(node, name);
  return attribute == nullptr ? otherwise : attribute->i();
}

float float_attribute(const onnx::NodeProto& node, const std::string& name, float otherwise) {
  const onnx::AttributeProto* attribute = find_attribute(node, name);
  return attribute == nullptr ? otherwise : attribute->f();
}

void set_attribute(onnx::NodeProto& node, const std::string& name, std::int64_t value) {
  onnx::AttributeProto& attribute = attribute_of(node, name);
  attribute.set_type(onnx::AttributeProto::INT);
  attribute.set_i(value);
}

void set_attribute(onnx::NodeProto& node, const std::string& name, float value) {
  onnx::AttributeProto& attribute = attribute_of(node, name);
  attribute.set_type(onnx::AttributeProto::FLOAT);
  attribute.set_f(value);
}

void set_attribute(onnx::NodeProto& node,
                   const std::string& name,
                   const std::vector<std::int64_t>& values) {
  onnx::AttributeProto& attribute = attribute_of(node, name);
  attribute.set_type(onnx::AttributeProto::INTS);
  attribute.clear_ints();
  for (const std::int64_t value : values) attribute.add_ints(value);
}

std::optional<FloatArray> floats_of(const onnx::TensorProto& tensor) {
  if (tensor.data_type() != onnx::TensorProto::FLOAT) return std::nullopt;
  FloatArray array{dims_of(tensor), {}};
  if (tensor.has_raw_data()) {
    array.values = from_raw<float>(tensor.raw_data());
  } else {
    array.values.assign(tensor.float_data().begin(), tensor.float_data().end());
  }
  if (array.values.size() != count_of(array.dims)) return std::nullopt;
  return array;
}

void set_floats(onnx::TensorProto& tensor, const FloatArray& array) {
  tensor.set_data_type(onnx::TensorProto::FLOAT);
  tensor.clear_dims();
  tensor.clear_float_data();
  for (const std::int64_t dim : array.dims) tensor.add_dims(dim);
  tensor.set_raw_data(array.values.data(), array.values.size() * sizeof(float));
}

}  // namespace screenalytics
