// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string_view>

namespace screenalytics {

/// What stands for bytes that are no UTF-8.
inline constexpr char32_t kReplacement = 0xFFFD;

struct Utf8Character {
  char32_t code = kReplacement;
  std::size_t bytes = 1;
};

/// The first character of a text that is not empty.
Utf8Character first_character(std::string_view text);

/// Columns that a terminal gives to a character: 0, 1 or 2.
int columns_of(char32_t code);

}  // namespace screenalytics
