// SPDX-License-Identifier: MIT
#include "models/prepare.h"

#include "core/error.h"
#include "infer/model.h"
#include "models/check_model.h"
#include "models/onnx_graph.h"
#include "models/prepare_steps.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace screenalytics {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// A little random stream, the same on every machine.
class Noise {
 public:
  float next() {
    state_ = state_ * 1664525U + 1013904223U;
    return static_cast<float>(state_ >> 8) / 8388608.0F - 1.0F;
  }
  std::vector<float> many(std::size_t count) {
    std::vector<float> values(count);
    for (float& value : values) value = next();
    return values;
  }

 private:
  std::uint32_t state_ = 7;
};

Tensor noise_tensor(const std::vector<std::int64_t>& shape, std::uint32_t skip = 0) {
  Noise noise;
  for (std::uint32_t i = 0; i < skip; ++i) noise.next();
  std::size_t count = 1;
  for (const std::int64_t axis : shape) count *= static_cast<std::size_t>(axis);
  return {shape, noise.many(count)};
}

/// Builds a chain of nodes from "in" to "out".
class ChainBuilder {
 public:
  explicit ChainBuilder(const std::vector<std::int64_t>& input) {
    model_.set_ir_version(7);
    model_.add_opset_import()->set_version(13);
    model_.mutable_graph()->set_name("chain");
    describe(*model_.mutable_graph()->add_input(), "in", input);
  }

  onnx::NodeProto& node(const std::string& op) {
    onnx::NodeProto& made = *model_.mutable_graph()->add_node();
    made.set_op_type(op);
    made.add_input(last_);
    last_ = "v" + std::to_string(model_.graph().node_size());
    made.add_output(last_);
    return made;
  }

  ChainBuilder& conv(const std::vector<std::int64_t>& dims,
                     const FloatArray* weights = nullptr,
                     std::int64_t group = 1) {
    onnx::NodeProto& made = node("Conv");
    std::size_t count = 1;
    for (const std::int64_t dim : dims) count *= static_cast<std::size_t>(dim);
    made.add_input(constant(weights != nullptr ? *weights : FloatArray{dims, noise_.many(count)}));
    made.add_input(constant({{dims[0]}, noise_.many(static_cast<std::size_t>(dims[0]))}));
    set_attribute(made, "group", group);
    set_attribute(made, "pads", std::vector<std::int64_t>(4, dims[2] / 2));
    return *this;
  }

  ChainBuilder& prelu(const std::vector<float>& slopes) {
    node("PRelu").add_input(constant({{static_cast<std::int64_t>(slopes.size()), 1, 1}, slopes}));
    return *this;
  }

  ChainBuilder& reshape(const std::vector<std::int64_t>& target) {
    onnx::TensorProto& tensor = *model_.mutable_graph()->add_initializer();
    tensor.set_name("target" + std::to_string(model_.graph().initializer_size()));
    tensor.set_data_type(onnx::TensorProto::INT64);
    tensor.add_dims(static_cast<std::int64_t>(target.size()));
    for (const std::int64_t axis : target) tensor.add_int64_data(axis);
    node("Reshape").add_input(tensor.name());
    return *this;
  }

  std::string constant(const FloatArray& array) {
    onnx::TensorProto& tensor = *model_.mutable_graph()->add_initializer();
    set_floats(tensor, array);
    tensor.set_name("c" + std::to_string(model_.graph().initializer_size()));
    return tensor.name();
  }

  onnx::ModelProto& model() { return model_; }

  std::vector<std::uint8_t> bytes(const std::vector<std::int64_t>& output) {
    model_.mutable_graph()->clear_output();
    describe(*model_.mutable_graph()->add_output(), last_, output);
    std::string text;
    model_.SerializeToString(&text);
    return {text.begin(), text.end()};
  }

 private:
  static void describe(onnx::ValueInfoProto& value,
                       const std::string& name,
                       const std::vector<std::int64_t>& shape) {
    value.set_name(name);
    auto* tensor = value.mutable_type()->mutable_tensor_type();
    tensor->set_elem_type(onnx::TensorProto::FLOAT);
    for (const std::int64_t axis : shape) {
      auto& dim = *tensor->mutable_shape()->add_dim();
      if (axis < 0) {
        dim.set_dim_param("n");
      } else {
        dim.set_dim_value(axis);
      }
    }
  }

  onnx::ModelProto model_;
  std::string last_ = "in";
  Noise noise_;
};

Model load(const std::vector<std::uint8_t>& bytes) { return {bytes, "test", Device::cpu}; }

std::size_t nodes_of(const OnnxGraph& graph, const std::string& op) {
  return static_cast<std::size_t>(std::ranges::count_if(
      graph.graph().node(), [&](const onnx::NodeProto& node) { return node.op_type() == op; }));
}

/// Difference of the changed graph's outputs from the original's, relative to the largest.
double difference(const std::vector<std::uint8_t>& original,
                  const OnnxGraph& changed,
                  const Tensor& input) {
  return difference_of(load(changed.bytes()).run(input), load(original).run(input)).relative;
}

Error error_of(const std::vector<std::uint8_t>& model, const std::vector<Tensor>& checks) {
  try {
    prepare_model(model, checks, {});
  } catch (const Error& error) {
    return error;
  }
  return {ErrorKind::internal, "nothing was thrown"};
}

const PreparationStep& step(const Preparation& preparation, const std::string& name) {
  const auto found = std::ranges::find(preparation.steps, name, &PreparationStep::name);
  if (found == preparation.steps.end()) throw std::out_of_range(name);
  return *found;
}

TEST(FlushDenormals, ZeroesTinyWeightsAndLeavesTheRest) {
  const FloatArray weights{{4, 1, 1, 1}, {1e-30F, -1e-40F, 1e-19F, 0.5F}};
  const auto original = ChainBuilder({1, 1, 2, 2}).conv({4, 1, 1, 1}, &weights).bytes({1, 4, 2, 2});
  OnnxGraph graph = OnnxGraph::parse(original);
  const auto detail = flush_denormals(graph);
  ASSERT_TRUE(detail.has_value());
  EXPECT_THAT(*detail, HasSubstr("2 weights"));
  EXPECT_THAT(graph.floats(graph.graph().node(0).input(1))->values,
              ElementsAre(0, 0, 1e-19F, 0.5F));
  EXPECT_FALSE(flush_denormals(graph).has_value());
}

TEST(FreeAxes, LetsAReshapeFollowTheBatch) {
  const auto original =
      ChainBuilder({1, 3, 4, 4}).conv({2, 3, 3, 3}).reshape({1, 32}).bytes({1, 32});
  const Tensor input = noise_tensor({1, 3, 4, 4});
  const Preparation prepared = prepare_model(original, {input, noise_tensor({1, 3, 4, 4}, 5)}, {});
  EXPECT_TRUE(step(prepared, "free-axes").kept) << step(prepared, "free-axes").detail;
  const Model model = load(prepared.model);
  EXPECT_THAT(model.inputs().front().shape, ElementsAre(-1, 3, 4, 4));
  EXPECT_THAT(model.run(noise_tensor({3, 3, 4, 4}))[0].shape, ElementsAre(3, 32));
}

TEST(FreeAxes, CopiesTheBatchWhereAnotherAxisIsInferred) {
  const auto original =
      ChainBuilder({1, 3, 4, 4}).conv({2, 3, 3, 3}).reshape({1, -1, 2}).bytes({1, 16, 2});
  const Preparation prepared = prepare_model(original, {noise_tensor({1, 3, 4, 4})}, {});
  EXPECT_TRUE(step(prepared, "free-axes").kept);
  EXPECT_THAT(load(prepared.model).run(noise_tensor({2, 3, 8, 8}))[0].shape, ElementsAre(2, 64, 2));
}

TEST(FreeAxes, LeavesTheBatchWhereFreeingItWouldMixPictures) {
  ChainBuilder builder({1, 3, 4, 4});
  builder.conv({2, 3, 3, 3});
  set_attribute(builder.node("Transpose"), "perm", std::vector<std::int64_t>{2, 3, 0, 1});
  const auto original = builder.reshape({-1, 2}).bytes({16, 2});
  const Preparation prepared = prepare_model(original, {noise_tensor({1, 3, 4, 4})}, {});
  EXPECT_TRUE(step(prepared, "free-axes").kept);
  EXPECT_THAT(step(prepared, "free-axes").detail, HasSubstr("size free"));
  const Model model = load(prepared.model);
  EXPECT_THAT(model.inputs().front().shape, ElementsAre(1, 3, -1, -1));
  EXPECT_THAT(model.run(noise_tensor({1, 3, 8, 6}))[0].shape, ElementsAre(48, 2));
}

TEST(FreeAxes, LeavesBothWhereNeitherCanBeFree) {
  ChainBuilder builder({1, 3, 4, 4});
  builder.conv({2, 3, 3, 3}).reshape({32});
  const Preparation prepared = prepare_model(builder.bytes({32}), {noise_tensor({1, 3, 4, 4})}, {});
  EXPECT_FALSE(step(prepared, "free-axes").kept);
  EXPECT_THAT(step(prepared, "free-axes").detail, HasSubstr("not kept"));
  EXPECT_THAT(load(prepared.model).inputs().front().shape, ElementsAre(1, 3, 4, 4));
}

TEST(FreeAxes, CuresAModelWhoseBatchIsFreeByNameOnly) {
  const auto original =
      ChainBuilder({-1, 3, 4, 4}).conv({2, 3, 3, 3}).reshape({1, 32}).bytes({1, 32});
  const Tensor input = noise_tensor({1, 3, 4, 4});
  const Preparation prepared = prepare_model(original, {input}, {});
  EXPECT_TRUE(step(prepared, "free-axes").kept) << step(prepared, "free-axes").detail;
  EXPECT_THAT(load(prepared.model).run(noise_tensor({3, 3, 4, 4}))[0].shape, ElementsAre(3, 32));
}

TEST(FreeAxes, SaysOneForABatchThatCannotBeFree) {
  ChainBuilder builder({-1, 3, 4, 4});
  builder.conv({2, 3, 3, 3});
  set_attribute(builder.node("Transpose"), "perm", std::vector<std::int64_t>{2, 3, 0, 1});
  const auto original = builder.reshape({-1, 2}).bytes({16, 2});
  const Preparation prepared = prepare_model(original, {noise_tensor({1, 3, 4, 4})}, {});
  EXPECT_TRUE(step(prepared, "fix-batch").kept);
  EXPECT_EQ(load(prepared.model).inputs().front().shape[0], 1);
}

/// 1x1 convolution, PReLU, depthwise, PReLU, 1x1 convolution with 40 hidden channels; 10 of them
/// live.
std::vector<std::uint8_t> mostly_dead() {
  Noise noise;
  FloatArray expand{{40, 4, 1, 1}, noise.many(160)};
  FloatArray depthwise{{40, 1, 3, 3}, noise.many(360)};
  for (std::size_t c = 10; c < 40; ++c)
    std::fill_n(depthwise.values.begin() + static_cast<std::ptrdiff_t>(c) * 9, 9, 0.0F);
  return ChainBuilder({1, 4, 5, 5})
      .conv({40, 4, 1, 1}, &expand)
      .prelu(noise.many(40))
      .conv({40, 1, 3, 3}, &depthwise, 40)
      .prelu(noise.many(40))
      .conv({6, 40, 1, 1})
      .bytes({1, 6, 5, 5});
}

TEST(RemoveDeadChannels, KeepsAFullBlockAndMovesConstantsIntoTheBias) {
  const auto original = mostly_dead();
  OnnxGraph graph = OnnxGraph::parse(original);
  const auto detail = remove_dead_channels(graph);
  ASSERT_TRUE(detail.has_value());
  EXPECT_THAT(*detail, HasSubstr("40 -> 16"));
  EXPECT_EQ(graph.floats(graph.graph().node(0).input(1))->dims[0], 16);
  EXPECT_LT(difference(original, graph, noise_tensor({1, 4, 5, 5})), 1e-6);
  EXPECT_FALSE(remove_dead_channels(graph).has_value());
}

TEST(RemoveDeadChannels, LeavesChannelsThatAreReadElsewhere) {
  ChainBuilder builder({1, 4, 5, 5});
  Noise noise;
  const FloatArray zero{{32, 4, 1, 1}, std::vector<float>(128, 0.0F)};
  builder.conv({32, 4, 1, 1}, &zero).conv({32, 1, 3, 3}, nullptr, 32);
  const std::string hidden = builder.model().graph().node(1).output(0);
  builder.conv({32, 32, 1, 1});
  builder.node("Add").add_input(hidden);
  OnnxGraph graph = OnnxGraph::parse(builder.bytes({1, 32, 5, 5}));
  EXPECT_FALSE(remove_dead_channels(graph).has_value());
}

TEST(RewritePrelu, GivesTheSameOutputsBeforePlainAndDepthwiseConvolutions) {
  const std::vector<float> slopes{0.25F, -0.5F, 0.9F, 1.7F};
  const auto original = ChainBuilder({1, 3, 6, 6})
                            .conv({4, 3, 3, 3})
                            .prelu(slopes)
                            .conv({4, 1, 3, 3}, nullptr, 4)
                            .prelu(slopes)
                            .conv({4, 2, 1, 1}, nullptr, 2)
                            .prelu(slopes)
                            .conv({5, 4, 3, 3})
                            .bytes({1, 5, 6, 6});
  OnnxGraph graph = OnnxGraph::parse(original);
  const auto detail = rewrite_prelu(graph);
  ASSERT_TRUE(detail.has_value());
  EXPECT_THAT(*detail, HasSubstr("3 of 3"));
  EXPECT_EQ(nodes_of(graph, "PRelu"), 0U);
  EXPECT_LT(difference(original, graph, noise_tensor({1, 3, 6, 6})), 1e-5);
}

TEST(RewritePrelu, TurnsOneSlopeForAllIntoLeakyRelu) {
  const auto original = ChainBuilder({1, 3, 4, 4})
                            .conv({4, 3, 1, 1})
                            .prelu({0.3F, 0.3F, 0.3F, 0.3F})
                            .bytes({1, 4, 4, 4});
  OnnxGraph graph = OnnxGraph::parse(original);
  ASSERT_TRUE(rewrite_prelu(graph).has_value());
  EXPECT_EQ(nodes_of(graph, "LeakyRelu"), 1U);
  EXPECT_LT(difference(original, graph, noise_tensor({1, 3, 4, 4})), 1e-6);
}

TEST(RewritePrelu, LeavesASlopeOfOneAndOutputsThatOthersRead) {
  const auto near_one = ChainBuilder({1, 3, 4, 4})
                            .conv({2, 3, 1, 1})
                            .prelu({0.3F, 1.0F})
                            .conv({2, 2, 1, 1})
                            .bytes({1, 2, 4, 4});
  OnnxGraph one = OnnxGraph::parse(near_one);
  EXPECT_FALSE(rewrite_prelu(one).has_value());

  const auto last =
      ChainBuilder({1, 3, 4, 4}).conv({2, 3, 1, 1}).prelu({0.3F, 0.2F}).bytes({1, 2, 4, 4});
  OnnxGraph output = OnnxGraph::parse(last);
  EXPECT_FALSE(rewrite_prelu(output).has_value());

  ChainBuilder builder({1, 3, 4, 4});
  builder.conv({2, 3, 1, 1}).prelu({0.3F, 0.2F});
  const std::string shared = builder.model().graph().node(1).output(0);
  builder.conv({2, 2, 1, 1});
  builder.node("Add").add_input(shared);
  OnnxGraph residual = OnnxGraph::parse(builder.bytes({1, 2, 4, 4}));
  EXPECT_FALSE(rewrite_prelu(residual).has_value());
  EXPECT_EQ(nodes_of(residual, "PRelu"), 1U);
}

TEST(FaultOf, NamesOutputsThatDifferAndTimeThatIsLost) {
  EXPECT_FALSE(fault_of({1, 1e-5}, {10, 10.2}, 1e-4).has_value());
  EXPECT_THAT(fault_of({1, 2e-4}, {10, 5}, 1e-4).value_or(""), HasSubstr("differ"));
  EXPECT_THAT(fault_of({0, std::numeric_limits<double>::quiet_NaN()}, {}, 1e-4).value_or(""),
              HasSubstr("differ"));
  EXPECT_THAT(fault_of({0, 0}, {10, 10.8}, 1e-4).value_or(""), HasSubstr("slower"));
}

TEST(DifferenceOf, IsInfiniteForOtherShapesAndForNotANumber) {
  const Tensor one{{1, 2}, {1, 4}};
  EXPECT_EQ(difference_of({one}, {Tensor{{2, 1}, {1, 4}}}).relative,
            std::numeric_limits<double>::infinity());
  EXPECT_EQ(difference_of({one}, {}).relative, std::numeric_limits<double>::infinity());
  EXPECT_EQ(difference_of({Tensor{{1, 2}, {std::nanf(""), 4}}}, {one}).relative,
            std::numeric_limits<double>::infinity());
  EXPECT_DOUBLE_EQ(difference_of({Tensor{{1, 2}, {1, 3}}}, {one}).absolute, 1);
  EXPECT_DOUBLE_EQ(difference_of({Tensor{{1, 2}, {1, 3}}}, {one}).relative, 0.25);
}

TEST(PrepareModel, KeepsNothingWhenNoDifferenceIsAllowed) {
  const auto original = ChainBuilder({1, 3, 9, 9})
                            .conv({16, 3, 3, 3})
                            .prelu(Noise().many(16))
                            .conv({16, 16, 3, 3})
                            .bytes({1, 16, 9, 9});
  const Preparation prepared =
      prepare_model(original, {noise_tensor({1, 3, 9, 9})}, {.max_difference = 0});
  EXPECT_FALSE(step(prepared, "rewrite-prelu").kept);
  EXPECT_THAT(step(prepared, "rewrite-prelu").detail, HasSubstr("the outputs differ"));
  EXPECT_GT(step(prepared, "rewrite-prelu").difference, 0);
  EXPECT_EQ(nodes_of(OnnxGraph::parse(prepared.model), "PRelu"), 1U);
}

TEST(PrepareModel, ReadsConstantsHoweverTheyAreWritten) {
  ChainBuilder builder({1, 3, 4, 4});
  const FloatArray weights{{2, 3, 1, 1}, {1, 2, 3, 4, 5, 6}};
  onnx::NodeProto& constant = *builder.model().mutable_graph()->add_node();
  constant.set_op_type("Constant");
  constant.add_output("weights");
  onnx::AttributeProto& value = *constant.add_attribute();
  value.set_name("value");
  value.set_type(onnx::AttributeProto::TENSOR);
  set_floats(*value.mutable_t(), weights);
  onnx::NodeProto& copy = *builder.model().mutable_graph()->add_node();
  copy.set_op_type("Identity");
  copy.add_input("weights");
  copy.add_output("copied");
  builder.node("Conv").add_input("copied");
  const auto original = builder.bytes({1, 2, 4, 4});
  const OnnxGraph graph = OnnxGraph::parse(original);
  EXPECT_EQ(graph.graph().node_size(), 1);
  EXPECT_EQ(graph.floats("copied")->values, weights.values);
  EXPECT_EQ(difference(original, graph, noise_tensor({1, 3, 4, 4})), 0);
}

TEST(PrepareModel, RefusesWhatIsNoModelAndWeightsInOtherFiles) {
  const std::vector<Tensor> checks{noise_tensor({1, 3, 4, 4})};
  EXPECT_EQ(error_of({1, 2, 3}, checks).kind(), ErrorKind::bad_model);
  ChainBuilder builder({1, 3, 4, 4});
  builder.conv({2, 3, 1, 1});
  builder.model().mutable_graph()->mutable_initializer(0)->set_data_location(
      onnx::TensorProto::EXTERNAL);
  EXPECT_THAT(error_of(builder.bytes({1, 2, 4, 4}), checks).what(), HasSubstr("file of their own"));
  EXPECT_THAT(error_of(mostly_dead(), {}).what(), HasSubstr("at least one input"));
  EXPECT_EQ(error_of(mostly_dead(), {noise_tensor({1, 3, 5, 5})}).kind(), ErrorKind::bad_model);
}

}  // namespace
}  // namespace screenalytics
