// SPDX-License-Identifier: MIT
#pragma once

#include "core/library_threads.h"
#include "infer/tensor.h"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace screenalytics {

/// Where a model runs. `automatic` takes the best provider that this ONNX Runtime has, and
/// `Model::device` says which; the others are refused with Error{unavailable} when they are
/// missing: never a silent fallback.
enum class Device { automatic, cpu, cuda, coreml };

struct TensorInfo {
  std::string name;
  std::vector<std::int64_t> shape;  ///< -1 for a free axis
};

/// A loaded ONNX model, unless told otherwise on one thread: intra-op 1, inter-op 1, sequential,
/// spinning off, no memory pattern. The CPU arena is on: without it every run pays page faults for
/// its buffers (RetinaFace at 640x352: 13.0 instead of 16 ms on average); memory is bounded by the
/// largest batch that ran. Denormal floats count as zero during `run`. `run` is const and safe from
/// several threads; each call computes on the calling thread only.
class Model {
 public:
  /// Throws Error{bad_model, not_found or unavailable} naming the file. Checks that loading started
  /// no thread when it should have one.
  Model(const std::filesystem::path& path,
        Device device,
        LibraryThreads threads = LibraryThreads::one);
  /// From a model held in memory; `name` stands for the file in messages.
  Model(std::span<const std::uint8_t> bytes, const std::string& name, Device device);
  ~Model();
  Model(Model&&) noexcept;
  Model& operator=(Model&&) noexcept;

  const std::vector<TensorInfo>& inputs() const;
  const std::vector<TensorInfo>& outputs() const;
  /// "cpu", "cuda" or "coreml".
  const std::string& device() const;
  /// One input, all outputs in the model's order. Throws Error{bad_model} when the input does not
  /// fit the model's axes, or with the runtime's words.
  std::vector<Tensor> run(const Tensor& input) const;
  /// Calls of `run` so far.
  std::int64_t calls() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Version text of the ONNX Runtime in use, and its providers, for `doctor` and the manifest.
std::string runtime_version();
std::vector<std::string> runtime_providers();

}  // namespace screenalytics
