// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace screenalytics {

/// What tests want of a detector's network.
struct FakeNetwork {
  std::int64_t batch = -1;  ///< of the input; -1 free
  std::int64_t side = -1;   ///< both sides of the input; -1 free
  bool flat = false;        ///< outputs [P, C] of all pictures instead of [N, P, C]
};

/// An ONNX file with the outputs of an SCRFD model of one anchor a cell and no landmarks: a cell's
/// score is its mean blue value / 255, its box reaches half a stride to each side of its anchor. So
/// a white 8x8 square on black, at a multiple of 8, is one face.
std::vector<std::uint8_t> fake_scrfd(const FakeNetwork& network);

}  // namespace screenalytics
