// SPDX-License-Identifier: MIT
#include "run/analysis_settings.h"

#include <type_traits>

namespace screenalytics {

std::vector<std::string> problems(const AnalysisSettings& settings) {
  std::vector<std::string> faults;
  if (settings.screentime.bridge_gap < Duration::zero())
    faults.emplace_back("--screentime.bridge-gap must not be negative");
  if (settings.screentime.min_stretch < Duration::zero())
    faults.emplace_back("--screentime.min-stretch must not be negative");
  return faults;
}

Json to_json(const AnalysisSettings& settings, const std::string& stage) {
  Json json = Json::object();
  describe_analysis(settings, [&](const std::string& name, const auto& value, const char*) {
    if (!name.starts_with(stage + ".")) return;
    using Value = std::remove_cvref_t<decltype(value)>;
    if constexpr (std::is_same_v<Value, Duration>) {
      json[name] = to_seconds(value);
    } else {
      json[name] = value;
    }
  });
  return json;
}

}  // namespace screenalytics
