// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <onnx/onnx_pb.h>

namespace screenalytics {

/// The values of a constant tensor.
struct FloatArray {
  std::vector<std::int64_t> dims;
  std::vector<float> values;
};

/// An ONNX model that can be asked about and changed. Constants are initializers only: `Constant`
/// nodes and copies of constants (`Identity`) are turned into them, and none is listed among the
/// graph's inputs.
class OnnxGraph {
 public:
  /// Throws Error{bad_model}: not an ONNX file, or one whose weights lie in files of their own.
  static OnnxGraph parse(std::span<const std::uint8_t> bytes);
  /// The file; initializers that nothing reads are left out.
  std::vector<std::uint8_t> bytes() const;

  onnx::GraphProto& graph() { return *model_.mutable_graph(); }
  const onnx::GraphProto& graph() const { return model_.graph(); }

  /// The node that makes `value`; null for inputs and constants.
  onnx::NodeProto* producer(const std::string& value);
  std::vector<onnx::NodeProto*> consumers(const std::string& value);
  /// The one node that reads `value`; null when there are others or when it is an output of the
  /// model.
  onnx::NodeProto* only_consumer(const std::string& value);
  bool is_output(const std::string& value) const;

  const onnx::TensorProto* constant(const std::string& name) const;
  /// Empty when `name` is no constant of that element type.
  std::optional<FloatArray> floats(const std::string& name) const;
  std::optional<std::vector<std::int64_t>> integers(const std::string& name) const;
  /// Adds a constant and returns its name, which starts with `hint`.
  std::string add(const std::string& hint, const FloatArray& array);
  std::string add(const std::string& hint, const std::vector<std::int64_t>& values);
  /// A name that no value of the graph has.
  std::string fresh_name(const std::string& hint);

  /// Adds a node in front of `place` (a node of this graph) and returns it. Pointers to nodes stay
  /// valid.
  onnx::NodeProto* insert_before(const onnx::NodeProto* place, const std::string& op);
  void remove(const onnx::NodeProto* node);

 private:
  void lift_constants();
  onnx::ModelProto model_;
  int names_made_ = 0;
};

std::int64_t int_attribute(const onnx::NodeProto& node,
                           const std::string& name,
                           std::int64_t otherwise);
float float_attribute(const onnx::NodeProto& node, const std::string& name, float otherwise);
void set_attribute(onnx::NodeProto& node, const std::string& name, std::int64_t value);
void set_attribute(onnx::NodeProto& node, const std::string& name, float value);
void set_attribute(onnx::NodeProto& node,
                   const std::string& name,
                   const std::vector<std::int64_t>& values);

/// Values of a tensor; empty when it does not hold float32.
std::optional<FloatArray> floats_of(const onnx::TensorProto& tensor);
void set_floats(onnx::TensorProto& tensor, const FloatArray& array);

}  // namespace screenalytics
