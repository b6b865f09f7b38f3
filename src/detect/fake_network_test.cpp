// SPDX-License-Identifier: MIT
#include "detect/fake_network_test.h"

#include <cstring>

namespace screenalytics {
namespace {

/// A message of Protocol Buffers' wire format, field by field (numbers as in onnx.proto).
class Message {
 public:
  Message& number(int field, std::int64_t value) {
    varint(static_cast<std::uint64_t>(field) << 3);
    varint(static_cast<std::uint64_t>(value));
    return *this;
  }
  Message& text(int field, const std::string& value) {
    varint((static_cast<std::uint64_t>(field) << 3) | 2);
    varint(value.size());
    bytes_.insert(bytes_.end(), value.begin(), value.end());
    return *this;
  }
  Message& message(int field, const Message& value) {
    return text(field, {value.bytes_.begin(), value.bytes_.end()});
  }
  const std::vector<std::uint8_t>& bytes() const { return bytes_; }

 private:
  void varint(std::uint64_t value) {
    for (; value >= 128; value >>= 7) {
      bytes_.push_back(static_cast<std::uint8_t>((value & 127) | 128));
    }
    bytes_.push_back(static_cast<std::uint8_t>(value));
  }
  std::vector<std::uint8_t> bytes_;
};

Message integers(const std::string& name, const std::vector<std::int64_t>& values) {
  Message attribute;
  attribute.text(1, name).number(20, 7);
  for (const std::int64_t value : values) attribute.number(8, value);
  return attribute;
}

template <typename Number>
Message constant(const std::string& name,
                 int type,
                 const std::vector<std::int64_t>& shape,
                 const std::vector<Number>& values) {
  std::string raw(values.size() * sizeof(Number), '\0');
  std::memcpy(raw.data(), values.data(), raw.size());
  Message tensor;
  for (const std::int64_t side : shape) tensor.number(1, side);
  return tensor.number(2, type).text(8, name).text(9, raw);
}

Message node(const std::string& type,
             const std::vector<std::string>& inputs,
             const std::string& output,
             const std::vector<Message>& attributes) {
  Message result;
  for (const std::string& input : inputs) result.text(1, input);
  result.text(2, output).text(4, type);
  for (const Message& attribute : attributes) result.message(5, attribute);
  return result;
}

Message value(const std::string& name, const std::vector<std::int64_t>& shape) {
  Message axes;
  for (const std::int64_t side : shape) {
    Message axis;
    if (side < 0) {
      axis.text(2, name + "_axis" + std::to_string(axes.bytes().size()));
    } else {
      axis.number(1, side);
    }
    axes.message(1, axis);
  }
  return Message().text(1, name).message(
      2, Message().message(1, Message().number(1, 1).message(2, axes)));
}

/// Pools the picture to cells of `stride`, maps the colours to `width` numbers and lists them.
void add_output(Message& graph, int stride, std::int64_t width, bool flat) {
  const std::string name = (width == 1 ? "score_" : "bbox_") + std::to_string(stride);
  const std::vector<std::int64_t> window{stride, stride};
  const auto count = static_cast<std::size_t>(width);
  std::vector<float> weights(count * 3, 0);
  if (width == 1) weights[0] = 1.0F / 255;
  const std::vector<std::int64_t> list =
      flat ? std::vector<std::int64_t>{-1, width} : std::vector<std::int64_t>{0, -1, width};
  graph
      .message(1,
               node("AveragePool",
                    {"input"},
                    name + "_pool",
                    {integers("kernel_shape", window), integers("strides", window)}))
      .message(1,
               node("Conv", {name + "_pool", name + "_weight", name + "_bias"}, name + "_conv", {}))
      .message(
          1, node("Transpose", {name + "_conv"}, name + "_last", {integers("perm", {0, 2, 3, 1})}))
      .message(1, node("Reshape", {name + "_last", name + "_list"}, name, {}))
      .message(5, constant<float>(name + "_weight", 1, {width, 3, 1, 1}, weights))
      .message(5,
               constant<float>(
                   name + "_bias", 1, {width}, std::vector<float>(count, width == 1 ? 0 : 0.5F)))
      .message(
          5,
          constant<std::int64_t>(name + "_list", 7, {static_cast<std::int64_t>(list.size())}, list))
      .message(12,
               value(name,
                     flat ? std::vector<std::int64_t>{-1, width}
                          : std::vector<std::int64_t>{-1, -1, width}));
}

}  // namespace

std::vector<std::uint8_t> fake_scrfd(const FakeNetwork& network) {
  Message graph;
  graph.text(2, "fake");
  for (const std::int64_t width : {1, 4}) {
    for (const int stride : {8, 16, 32}) add_output(graph, stride, width, network.flat);
  }
  graph.message(11, value("input", {network.batch, 3, network.side, network.side}));
  return Message()
      .number(1, 8)
      .message(8, Message().text(1, "").number(2, 13))
      .message(7, graph)
      .bytes();
}

}  // namespace screenalytics
