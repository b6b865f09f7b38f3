// SPDX-License-Identifier: MIT
#pragma once

#include "overlay/plan.h"
#include "run/harvest_run.h"
#include "video/video_writer.h"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

namespace screenalytics {

enum class Existing { refuse, replace };

/// What `overlay` is told besides the settings.
struct OverlayOptions {
  std::filesystem::path out;  ///< .mp4, .m4v, .mov or .mkv
  Existing existing = Existing::refuse;
  BlurChoice blur;
  std::optional<bool> clock;   ///< empty: with boxes yes, with a blur no
  std::filesystem::path font;  ///< empty: the machine's
  WriteOptions write;          ///< its container follows from `out`
};

struct OverlayResult {
  std::filesystem::path out;
  std::int64_t frames = 0;
  std::int64_t lost = 0;  ///< could not be decoded, and are not in the file
  std::uint64_t bytes = 0;
  std::string encoder;
  Json cpu;
};

/// "all" | "all-but" NAME... | NAME...: whom to blur. Throws Error{bad_usage}.
BlurChoice read_blur(const std::vector<std::string>& words);

/// The video of a run with boxes, names and a clock, or with people blurred, written aside and put
/// in its place when it is whole. Throws Error; nothing is left behind then.
OverlayResult overlay(const Settings& settings,
                      const OverlayOptions& options,
                      const RunContext& context);

}  // namespace screenalytics
