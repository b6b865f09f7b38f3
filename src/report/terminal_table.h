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

/// A name that fits, on one line, with an ellipsis where it was cut.
std::string shortened(std::string_view name, int columns);

/// H:MM:SS.s, so that a column of lengths reads at a glance.
std::string hours_text(Duration length);

/// Rows of the same number of cells, the first row the heading; the first column starts at the
/// left, the others end at the right.
std::string aligned_table(const std::vector<std::vector<std::string>>& rows);

/// Who was on screen, for people who read it in a terminal: one line a person, longest first, and
/// what is left over.
std::string screen_time_table(const EpisodeScreenTime& time);

}  // namespace screenalytics
