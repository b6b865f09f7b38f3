// SPDX-License-Identifier: MIT
#pragma once

#include "core/screen_time.h"
#include "store/json_lines.h"
#include "store/run_folder.h"

namespace screenalytics {

/// screentime.json as it is written; `config` says what it was measured with. Times of people are
/// multiples of a tenth of a millisecond, so nothing is lost by writing them.
Json to_json(const RunFolder& run, const EpisodeScreenTime& time, const Json& config);

/// screentime.json of a run, whole. Throws Error{not_found: run 'screenalytics screentime' first,
/// io or bad_data}.
EpisodeScreenTime read_screen_time(const RunFolder& run);

/// A whole share of nothing is none.
inline double share_of(Duration part, Duration whole) {
  return whole > Duration::zero() ? to_seconds(part) / to_seconds(whole) : 0;
}

}  // namespace screenalytics
