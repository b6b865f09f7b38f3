// SPDX-License-Identifier: MIT
#include "run/cpu_report.h"

namespace screenalytics {
namespace {

double seconds(std::chrono::nanoseconds time) {
  return std::chrono::duration<double>(time).count();
}

Json describe_windows(const CpuReport& report) {
  constexpr std::array<const char*, kWindowLengths.size()> kNames{"0.1", "1", "10"};
  Json windows = Json::object();
  for (std::size_t i = 0; i < kNames.size(); ++i) {
    const auto& use = report.windows.at(i);
    windows[kNames.at(i)] = use ? Json{{"max", rounded(use->max, 2)},
                                       {"p99", rounded(use->p99, 2)},
                                       {"mean", rounded(use->mean, 2)}}
                                : Json(nullptr);
  }
  return windows;
}

Json describe_enforcement(const EnforcementState& state) {
  Json json = {{"method", state.method},
               {"cpus", state.cpus},
               {"shared_cpus", state.shared_cpus},
               {"notes", state.notes}};
  if (!state.group.empty()) {
    json["group"] = state.group;
    json["quota_percent"] = state.quota_percent;
    json["period_us"] = state.period.count();
  }
  return json;
}

}  // namespace

Json describe_use(const CpuReport& report) {
  Json json = {{"windows", describe_windows(report)},
               {"throttled_seconds", rounded(seconds(report.throttled), 3)},
               {"over_cap_events", report.over_cap_events},
               {"processes", report.last.processes},
               {"peak_threads", report.peak_threads},
               {"sampler_seconds", rounded(seconds(report.own_cpu), 4)}};
  json["enforcement"] =
      report.enforcement ? describe_enforcement(*report.enforcement) : Json{{"method", "permits"}};
  return json;
}

Json describe_stage_times(const StageTimes& times) {
  Json stages = Json::object();
  for (std::size_t i = 0; i < kStageCount; ++i) {
    const double used = seconds(times.at(i));
    if (used > 0) stages[std::string(name_of(static_cast<Stage>(i)))] = rounded(used, 3);
  }
  return stages;
}

}  // namespace screenalytics
