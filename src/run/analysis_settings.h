// SPDX-License-Identifier: MIT
#pragma once

#include "screentime/presence.h"
#include "store/json_lines.h"

#include <string>
#include <vector>

namespace screenalytics {

/// What the stages that work from artifacts are told. Defaults live in the structs of each stage.
struct AnalysisSettings {
  ScreenTimeOptions screentime;
};

/// Calls field(name, value, help) for every tunable of these stages: the only list of their names.
template <typename S, typename Field>
void describe_analysis(S& settings, Field&& field) {
  field("screentime.bridge-gap",
        settings.screentime.bridge_gap,
        "longer gaps inside a shot are absence, seconds");
  field("screentime.min-stretch",
        settings.screentime.min_stretch,
        "what is surely shorter does not count, seconds");
}

/// All faults at once, in words; empty = valid.
std::vector<std::string> problems(const AnalysisSettings& settings);

/// The settings of one stage: those whose names begin with `stage` and a dot.
Json to_json(const AnalysisSettings& settings, const std::string& stage);

}  // namespace screenalytics
