// SPDX-License-Identifier: MIT
#pragma once

#include "core/screen_time.h"

#include <string>
#include <string_view>
#include <vector>

namespace screenalytics {

/// Text in which no control character can reach a terminal.
std::string printable(std::string_view text);

/// Columns that a text takes on a terminal.
int width_of(std::string_view text);

/// Who was on screen, for people who read it in a terminal: one line a person, longest first, and
/// what is left over.
std::string screen_time_table(const EpisodeScreenTime& time);

}  // namespace screenalytics
