// SPDX-License-Identifier: MIT
#include "models/prepare.h"

#include "core/error.h"
#include "infer/model.h"
#include "models/check_model.h"
#include "models/onnx_graph.h"
#include "models/prepare_steps.h"

#include <algorithm>
#include <functional>
#include <limits>
#include <optional>
#include <utility>

namespace screenalytics {
namespace {

using Change = std::function<std::optional<std::string>(OnnxGraph&)>;

Model load(const std::vector<std::uint8_t>& bytes) {
  return {bytes, "model under preparation", Device::cpu};
}

bool is_free(const Model& model, std::size_t axis) {
  const std::vector<std::int64_t>& shape = model.inputs().front().shape;
  return axis < shape.size() && shape[axis] < 0;
}

bool is_picture(const Model& model) { return model.inputs().front().shape.size() == 4; }

/// Another input of the same shape.
Tensor mirrored(Tensor tensor) {
  std::ranges::reverse(tensor.values);
  return tensor;
}

class Workbench {
 public:
  Workbench(const std::vector<std::uint8_t>& original,
            const std::vector<Tensor>& checks,
            const PrepareOptions& options)
      : checks_(checks),
        options_(options),
        graph_(OnnxGraph::parse(original)),
        model_(load(original)) {
    for (const Tensor& check : checks_) wanted_.push_back(model_.run(check));
  }

  void free_all_axes();
  /// False when the batch axis is free and a batch of two fails or differs from two calls.
  bool batch_works() const;
  void try_step(const std::string& name, const Change& change);
  Preparation result() const { return {graph_.bytes(), steps_}; }

 private:
  struct Candidate {
    PreparationStep step;
    OnnxGraph graph;
    std::optional<Model> model;
  };

  std::vector<FreedAxes> choices() const;
  Candidate candidate(const std::string& name, const Change& change) const;
  void judge(Candidate& candidate) const;
  void settle(Candidate candidate);
  std::optional<std::string> fault_of_batch(const Model& model) const;
  std::optional<std::string> fault_of_axes(const Model& model, FreedAxes which) const;
  Tensor second_check() const;

  const std::vector<Tensor>& checks_;
  PrepareOptions options_;
  OnnxGraph graph_;
  Model model_;
  std::vector<std::vector<Tensor>> wanted_;
  std::vector<PreparationStep> steps_;
};

/// Changes a copy and loads it. Without a model it has not changed, or it does not load.
Workbench::Candidate Workbench::candidate(const std::string& name, const Change& change) const {
  Candidate made{{}, graph_, std::nullopt};
  made.step.name = name;
  const auto detail = change(made.graph);
  made.step.detail = detail.value_or("nothing to do");
  if (!detail) return made;
  try {
    made.model.emplace(load(made.graph.bytes()));
  } catch (const Error& error) {
    made.step.detail += std::string("; not kept: ") + error.what();
  }
  return made;
}

/// Compares the candidate with the original's outputs and with the CPU time so far.
void Workbench::judge(Candidate& candidate) const {
  if (!candidate.model) return;
  PreparationStep& step = candidate.step;
  Difference worst;
  try {
    for (std::size_t i = 0; i < checks_.size(); ++i) {
      const Difference one = difference_of(candidate.model->run(checks_[i]), wanted_[i]);
      worst.absolute = std::max(worst.absolute, one.absolute);
      worst.relative = std::max(worst.relative, one.relative);
    }
  } catch (const Error& error) {
    step.detail += std::string("; not kept: ") + error.what();
    return;
  }
  step.difference = worst.absolute;
  CpuTimes times;
  if (worst.relative <= options_.max_difference) {
    times = compare_times(model_, *candidate.model, checks_.front());
  }
  step.ms_before = times.before;
  step.ms_after = times.after;
  const auto fault = fault_of(worst, times, options_.max_difference);
  step.kept = !fault;
  if (fault) step.detail += "; not kept: " + *fault;
}

void Workbench::settle(Candidate candidate) {
  if (candidate.step.kept) {
    graph_ = std::move(candidate.graph);
    model_ = std::move(*candidate.model);
  }
  steps_.push_back(std::move(candidate.step));
}

void Workbench::try_step(const std::string& name, const Change& change) {
  Candidate made = candidate(name, change);
  judge(made);
  settle(std::move(made));
}

Tensor Workbench::second_check() const {
  const bool same = checks_.size() > 1 && checks_[1].shape == checks_[0].shape;
  return same ? checks_[1] : mirrored(checks_[0]);
}

std::optional<std::string> Workbench::fault_of_batch(const Model& model) const {
  const Tensor& check = checks_.front();
  if (!is_free(model, 0) || check.shape.front() != 1) return std::nullopt;
  try {
    const Difference apart = batch_difference(model, check, second_check());
    if (!(apart.relative <= options_.max_difference))
      return "a batch of two differs from two calls";
  } catch (const Error& error) {
    return error.what();
  }
  return std::nullopt;
}

std::optional<std::string> Workbench::fault_of_axes(const Model& model, FreedAxes which) const {
  if (which.size && !follows_size(model, checks_.front()))
    return "the outputs do not follow the size";
  return which.batch ? fault_of_batch(model) : std::nullopt;
}

bool Workbench::batch_works() const { return !fault_of_batch(model_); }

/// What may be freed, the most first: batch and size, then each alone.
std::vector<FreedAxes> Workbench::choices() const {
  const bool batch = !is_free(model_, 0) || !batch_works();
  const bool size = is_picture(model_) && (!is_free(model_, 2) || !is_free(model_, 3));
  std::vector<FreedAxes> made;
  if (batch && size) made.push_back(FreedAxes{true, true});
  if (batch) made.push_back(FreedAxes{true, false});
  if (size) made.push_back(FreedAxes{false, true});
  return made;
}

void Workbench::free_all_axes() {
  std::string reasons;
  for (const FreedAxes which : choices()) {
    Candidate made =
        candidate("free-axes", [&](OnnxGraph& graph) { return free_axes(graph, which); });
    judge(made);
    const auto fault = made.step.kept ? fault_of_axes(*made.model, which) : std::nullopt;
    made.step.kept = made.step.kept && !fault;
    if (made.step.kept) return settle(std::move(made));
    reasons += (reasons.empty() ? "" : " | ") + made.step.detail;
    if (fault) reasons += "; not kept: " + *fault;
  }
  PreparationStep none;
  none.name = "free-axes";
  none.detail = reasons.empty() ? "free already" : reasons;
  steps_.push_back(none);
}

void check_arguments(const std::vector<Tensor>& checks) {
  if (checks.empty())
    throw Error(ErrorKind::internal, "preparing a model needs at least one input to check it on");
}

}  // namespace

Preparation prepare_model(const std::vector<std::uint8_t>& original,
                          const std::vector<Tensor>& checks,
                          const PrepareOptions& options) {
  check_arguments(checks);
  Workbench bench(original, checks, options);
  bench.try_step("flush-denormals", flush_denormals);
  bench.free_all_axes();
  if (!bench.batch_works()) bench.try_step("fix-batch", fix_batch);
  bench.try_step("remove-dead-channels", remove_dead_channels);
  bench.try_step("rewrite-prelu", rewrite_prelu);
  return bench.result();
}

}  // namespace screenalytics
