// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace screenalytics::testing {

/// Writes the smallest ONNX files that the tests of this layer need, straight in protobuf's wire
/// format.
class TinyOnnx {
 public:
  static std::string number(int field, std::uint64_t value) {
    return varint(static_cast<std::uint64_t>(field) << 3) + varint(value);
  }
  static std::string bytes(int field, const std::string& content) {
    return varint((static_cast<std::uint64_t>(field) << 3) | 2) + varint(content.size()) + content;
  }

  /// A graph input or output; -1 is a free axis.
  static std::string value(const std::string& name,
                           const std::vector<int>& shape,
                           std::uint64_t type) {
    std::string dims;
    for (const int axis : shape) {
      dims += bytes(1, axis < 0 ? bytes(2, "n") : number(1, static_cast<std::uint64_t>(axis)));
    }
    return bytes(1, name) + bytes(2, bytes(1, number(1, type) + bytes(2, dims)));
  }

  /// One node `op` from "in" to "out".
  static std::vector<std::uint8_t> model(const std::string& op,
                                         const std::vector<int>& shape,
                                         std::uint64_t type = kFloat) {
    const std::string node = bytes(1, "in") + bytes(2, "out") + bytes(4, op);
    const std::string graph = bytes(1, node) + bytes(2, "tiny") +
                              bytes(11, value("in", shape, type)) +
                              bytes(12, value("out", shape, type));
    const std::string file = number(1, 7) + bytes(7, graph) + bytes(8, number(2, 13));
    return {file.begin(), file.end()};
  }

  static constexpr std::uint64_t kFloat = 1;
  static constexpr std::uint64_t kDouble = 11;

 private:
  static std::string varint(std::uint64_t value) {
    std::string text;
    for (; value >= 128; value >>= 7) text += static_cast<char>((value & 127) | 128);
    return text + static_cast<char>(value);
  }
};

}  // namespace screenalytics::testing
