// SPDX-License-Identifier: MIT
#pragma once

#include "core/screen_time.h"

#include <string>
#include <string_view>
#include <vector>

namespace screenalytics {

/// A field as RFC 4180 wants it: quoted where it holds a comma, a quote or a line break.
std::string csv_field(std::string_view text);

/// One line, with its line break.
std::string csv_line(const std::vector<std::string>& fields);

/// Seconds with up to 4 decimals, none that say nothing.
std::string csv_seconds(Duration duration);
std::string csv_share(Duration part, Duration whole);

/// screentime.csv: a line a person, the columns of `metrics` in screentime.json; the unknown last,
/// with an empty identity_id.
std::string screen_time_csv(const EpisodeScreenTime& time);

}  // namespace screenalytics
