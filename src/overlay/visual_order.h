// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

namespace screenalytics {

/// Unicode characters of a line of UTF-8, in the order in which they are seen from left to right,
/// Arabic letters joined. Damaged bytes become U+FFFD, control characters blanks or nothing.
std::vector<char32_t> visual_order(const std::string& utf8);

}  // namespace screenalytics
