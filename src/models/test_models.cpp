// SPDX-License-Identifier: MIT
#include "models/test_models.h"

#include <string>

// The header that sets up the export macros of the protobuf classes comes first.
#include <onnx/onnx_pb.h>

namespace screenalytics {
namespace {

onnx::ModelProto empty_model() {
  onnx::ModelProto model;
  model.set_ir_version(8);
  model.set_producer_name("screenalytics tests");
  model.add_opset_import()->set_version(13);
  model.mutable_graph()->set_name("tiny");
  return model;
}

void add_axes(onnx::ValueInfoProto* value,
              const std::string& name,
              const std::vector<std::int64_t>& axes) {
  value->set_name(name);
  auto* type = value->mutable_type()->mutable_tensor_type();
  type->set_elem_type(onnx::TensorProto::FLOAT);
  for (const std::int64_t axis : axes) {
    auto* dimension = type->mutable_shape()->add_dim();
    if (axis > 0) {
      dimension->set_dim_value(axis);
    } else {
      dimension->set_dim_param(name + std::to_string(type->shape().dim_size()));
    }
  }
}

onnx::NodeProto* add_node(onnx::ModelProto& model,
                          const std::string& operation,
                          const std::vector<std::string>& inputs,
                          const std::string& output) {
  auto* node = model.mutable_graph()->add_node();
  node->set_op_type(operation);
  for (const std::string& input : inputs) node->add_input(input);
  node->add_output(output);
  return node;
}

void add_factor(onnx::ModelProto& model, float value) {
  auto* factor = model.mutable_graph()->add_initializer();
  factor->set_name("factor");
  factor->set_data_type(onnx::TensorProto::FLOAT);
  factor->add_dims(1);
  factor->add_float_data(value);
}

std::vector<std::uint8_t> bytes_of(const onnx::ModelProto& model) {
  const std::string text = model.SerializeAsString();
  return {text.begin(), text.end()};
}

}  // namespace

std::vector<std::uint8_t> tiny_embedder(float factor) {
  onnx::ModelProto model = empty_model();
  add_axes(model.mutable_graph()->add_input(), "picture", {1, 3, 112, 112});
  add_axes(model.mutable_graph()->add_output(), "embedding", {1, 3});
  add_factor(model, factor);
  add_node(model, "GlobalAveragePool", {"picture"}, "mean");
  add_node(model, "Flatten", {"mean"}, "flat");
  add_node(model, "Mul", {"flat", "factor"}, "embedding");
  return bytes_of(model);
}

std::vector<std::uint8_t> tiny_detector(Size size, int batch) {
  onnx::ModelProto model = empty_model();
  add_axes(model.mutable_graph()->add_input(), "picture", {batch, 3, size.height, size.width});
  add_axes(model.mutable_graph()->add_output(), "scores", {batch, 3, size.height, size.width});
  add_factor(model, 1);
  add_node(model, "Sigmoid", {"picture"}, "raw");
  add_node(model, "Mul", {"raw", "factor"}, "scores");
  return bytes_of(model);
}

}  // namespace screenalytics
