// SPDX-License-Identifier: MIT
#include "limit/limit_report.h"

#include <array>
#include <cstdio>

namespace screenalytics {
namespace {

constexpr std::array<const char*, kWindowLengths.size()> kWindowNames{"0.1", "1", "10"};

std::string text_of(double value, int decimals) {
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%.*f", decimals, value);
  return text.data();
}

Json windows_json(const CpuWindows& windows) {
  Json json = Json::object();
  for (std::size_t i = 0; i < kWindowNames.size(); ++i) {
    const auto use = windows.use(i);
    if (!use) {
      json[kWindowNames[i]] = nullptr;
      continue;
    }
    json[kWindowNames[i]] = {{"max", rounded(use->max, 1)},
                             {"p99", rounded(use->p99, 1)},
                             {"mean", rounded(use->mean, 1)}};
  }
  return json;
}

double mean_of(const LimitOutcome& outcome) {
  return outcome.wall_seconds > 0 ? 100 * outcome.cpu_seconds / outcome.wall_seconds : 0;
}

}  // namespace

Json to_json(const LimitPlan& plan, const LimitOutcome& outcome) {
  return {{"schema", 1},
          {"command", outcome.command},
          {"asked_percent", plan.asked_percent},
          {"cap_percent", plan.percent},
          {"method", std::string(name_of(plan.method))},
          {"cpus", plan.cpus},
          {"notes", plan.notes},
          {"exit_code", outcome.exit_code},
          {"signal", outcome.signal == 0 ? Json(nullptr) : Json(outcome.signal)},
          {"ended_by", outcome.ended_by},
          {"wall_seconds", rounded(outcome.wall_seconds, 3)},
          {"cpu_seconds", rounded(outcome.cpu_seconds, 3)},
          {"mean_percent", rounded(mean_of(outcome), 1)},
          {"windows", windows_json(outcome.windows)},
          {"peak_threads", outcome.threads},
          {"peak_processes", outcome.processes},
          {"throttled_seconds", rounded(outcome.throttled_seconds, 3)},
          {"events", outcome.events}};
}

std::string one_line(const LimitPlan& plan, const LimitOutcome& outcome) {
  std::string text = "screenalytics limit: CPU " + text_of(outcome.cpu_seconds, 2) + " s in " +
                     text_of(outcome.wall_seconds, 2) + " s, mean " + text_of(mean_of(outcome), 0) +
                     " %";
  if (const auto second = outcome.windows.use(1))
    text += ", at most " + text_of(second->max, 1) + " % in any second";
  const auto method = std::string(name_of(plan.method));
  text += plan.method == LimitMethod::off ? ", no cap"
                                          : ", cap " + text_of(plan.percent, 0) + " % by " + method;
  return text + "; exit code " + std::to_string(outcome.exit_code);
}

}  // namespace screenalytics
