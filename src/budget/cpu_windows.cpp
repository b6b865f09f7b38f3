// SPDX-License-Identifier: MIT
#include "budget/cpu_windows.h"

#include <algorithm>
#include <cmath>

namespace screenalytics {
namespace {

// A window counts when a reading lies this near to its beginning, as a share of its length: a late
// reading makes a longer window, never a shorter one that a burst fills.
constexpr double kShortest = 0.95;

}  // namespace

double CpuWindows::percent(const Reading& from, const Reading& to) {
  const double elapsed = std::chrono::duration<double>(to.at - from.at).count();
  return elapsed > 0 ? 100 * std::chrono::duration<double>(to.cpu - from.cpu).count() / elapsed : 0;
}

void CpuWindows::add(std::chrono::steady_clock::time_point at, std::chrono::nanoseconds cpu) {
  readings_.push_back({at, cpu});
  if (!first_) first_ = readings_.back();
  for (std::size_t i = 0; i < tallies_.size(); ++i) close(i);
  // One reading beyond the longest window is its beginning.
  while (readings_.size() > 2 && at - readings_[1].at > kWindowLengths.back())
    readings_.pop_front();
}

void CpuWindows::close(std::size_t i) {
  const Reading& end = readings_.back();
  const std::chrono::duration<double> length = kWindowLengths[i];
  const auto reach = [&](const Reading& from) {
    return std::chrono::duration<double>(end.at - from.at);
  };
  auto begin =
      std::find_if(std::next(readings_.rbegin()), readings_.rend(), [&](const Reading& reading) {
        return reach(reading) >= kShortest * length;
      });
  if (begin == readings_.rend()) return;
  for (auto next = std::next(begin); next != readings_.rend(); ++next) {
    if (abs(reach(*next) - length) > abs(reach(*begin) - length)) break;
    begin = next;
  }
  Tally& tally = tallies_[i];
  tally.newest = percent(*begin, end);
  tally.max = std::max(tally.max, tally.newest);
  tally.sum += tally.newest;
  ++tally.count;
  ++tally.windows_of[std::llround(10 * tally.newest)];
}

std::optional<WindowUse> CpuWindows::use(std::size_t i) const {
  const Tally& tally = tallies_.at(i);
  if (tally.count == 0) return std::nullopt;
  WindowUse use{
      .max = tally.max, .p99 = tally.max, .mean = tally.sum / static_cast<double>(tally.count)};
  std::int64_t above = 0;
  for (auto entry = tally.windows_of.rbegin(); entry != tally.windows_of.rend(); ++entry) {
    above += entry->second;
    if (100 * above <= tally.count) continue;
    use.p99 = std::min(tally.max, static_cast<double>(entry->first) / 10);
    break;
  }
  return use;
}

std::optional<double> CpuWindows::newest(std::size_t i) const {
  const Tally& tally = tallies_.at(i);
  if (tally.count == 0) return std::nullopt;
  return tally.newest;
}

double CpuWindows::mean() const { return first_ ? percent(*first_, readings_.back()) : 0; }

}  // namespace screenalytics
