// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

namespace screenalytics {

/// The text on one line: each run of line breaks, tabs and other control characters becomes one
/// space, none at the ends.
std::string one_line(std::string_view text);

/// `text` with every `what` replaced.
std::string replaced(std::string text, std::string_view what, std::string_view with);

}  // namespace screenalytics
