// SPDX-License-Identifier: MIT
#include "models/check_model.h"

#include "core/error.h"

#include <algorithm>
#include <cmath>
#include <ctime>
#include <limits>

namespace screenalytics {
namespace {

constexpr double kApart = std::numeric_limits<double>::infinity();
/// A step may look this much slower and still be kept: minima of CPU times differ by this much
/// between runs.
constexpr double kTimeTolerance = 1.05;
constexpr double kTimeSlack = 0.05;  // ms
constexpr int kFewestRuns = 5;
constexpr int kMostRuns = 40;
constexpr double kTimeForRuns = 600;  // CPU-ms for both models together

double thread_cpu_ms() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) / 1e6;
}

double time_of_call(const Model& model, const Tensor& input) {
  const double start = thread_cpu_ms();
  model.run(input);
  return thread_cpu_ms() - start;
}

Difference difference_of(const Tensor& output, const Tensor& wanted) {
  if (output.shape != wanted.shape || output.values.size() != wanted.values.size())
    return {kApart, kApart};
  double apart = 0;
  double largest = 0;
  for (std::size_t i = 0; i < wanted.values.size(); ++i) {
    const double distance =
        std::abs(static_cast<double>(output.values[i]) - static_cast<double>(wanted.values[i]));
    if (std::isnan(distance)) return {kApart, kApart};
    apart = std::max(apart, distance);
    largest = std::max(largest, std::abs(static_cast<double>(wanted.values[i])));
  }
  return {apart, apart / std::max(largest, 1e-12)};
}

/// Picture `index` of a batch of two.
std::optional<Tensor> half_of(const Tensor& batch, std::size_t index) {
  if (batch.shape.empty() || batch.shape.front() != 2) return std::nullopt;
  const auto half = static_cast<std::ptrdiff_t>(batch.values.size() / 2);
  const auto begin = batch.values.begin() + static_cast<std::ptrdiff_t>(index) * half;
  Tensor made{batch.shape, {begin, begin + half}};
  made.shape.front() = 1;
  return made;
}

std::optional<std::vector<Tensor>> halves_of(const std::vector<Tensor>& batch, std::size_t index) {
  std::vector<Tensor> halves;
  for (const Tensor& tensor : batch) {
    const auto half = half_of(tensor, index);
    if (!half) return std::nullopt;
    halves.push_back(*half);
  }
  return halves;
}

/// The picture four times, two beside two.
Tensor doubled(const Tensor& tensor) {
  const std::int64_t height = tensor.shape[2];
  const std::int64_t width = tensor.shape[3];
  Tensor made{{1, tensor.shape[1], 2 * height, 2 * width}, {}};
  for (std::int64_t row = 0; row < tensor.shape[1] * 2 * height; ++row) {
    const std::int64_t plane = row / (2 * height);
    const auto begin = tensor.values.begin() + (plane * height + row % height) * width;
    for (int copy = 0; copy < 2; ++copy) {
      made.values.insert(made.values.end(), begin, begin + width);
    }
  }
  return made;
}

}  // namespace

Difference difference_of(const std::vector<Tensor>& outputs, const std::vector<Tensor>& wanted) {
  if (outputs.size() != wanted.size()) return {kApart, kApart};
  Difference worst;
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    const Difference one = difference_of(outputs[i], wanted[i]);
    worst.absolute = std::max(worst.absolute, one.absolute);
    worst.relative = std::max(worst.relative, one.relative);
  }
  return worst;
}

Difference batch_difference(const Model& model, const Tensor& first, const Tensor& second) {
  Tensor both = first;
  both.shape.front() = 2;
  both.values.insert(both.values.end(), second.values.begin(), second.values.end());
  const std::vector<Tensor> outputs = model.run(both);
  const auto of_first = halves_of(outputs, 0);
  const auto of_second = halves_of(outputs, 1);
  if (!of_first || !of_second) return {kApart, kApart};
  const Difference one = difference_of(*of_first, model.run(first));
  const Difference other = difference_of(*of_second, model.run(second));
  return {std::max(one.absolute, other.absolute), std::max(one.relative, other.relative)};
}

bool follows_size(const Model& model, const Tensor& tensor) {
  try {
    const std::vector<Tensor> small = model.run(tensor);
    const std::vector<Tensor> large = model.run(doubled(tensor));
    return std::ranges::equal(small, large, [](const Tensor& a, const Tensor& b) {
      const bool one_picture = a.shape.empty() || a.shape[0] != 1 || b.shape[0] == 1;
      return one_picture && 4 * a.values.size() == b.values.size();
    });
  } catch (const Error&) {
    return false;
  }
}

CpuTimes compare_times(const Model& before, const Model& after, const Tensor& input) {
  CpuTimes best{time_of_call(before, input), time_of_call(after, input)};
  double spent = 0;
  for (int run = 0; run < kMostRuns && (run < kFewestRuns || spent < kTimeForRuns); ++run) {
    const double old_time = time_of_call(before, input);
    const double new_time = time_of_call(after, input);
    spent += old_time + new_time;
    best.before = std::min(best.before, old_time);
    best.after = std::min(best.after, new_time);
  }
  return best;
}

std::optional<std::string> fault_of(const Difference& apart,
                                    const CpuTimes& times,
                                    double max_difference) {
  if (!(apart.relative <= max_difference)) return "the outputs differ";
  if (times.after > times.before * kTimeTolerance + kTimeSlack) return "it is slower";
  return std::nullopt;
}

}  // namespace screenalytics
